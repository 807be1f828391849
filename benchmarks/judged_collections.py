"""Test collections: documents, questions, and which documents answer which.

A folder with ``docs.jsonl``, lines of ``{"id": …, "title": …, "text": …}``; ``queries.tsv``, lines
of ``id<TAB>text``; and ``qrels.txt``, TREC's lines of ``query iteration document grade``, where a
grade above 0 is relevant.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Collection", "CollectionError", "Grades", "judged", "read"]

# How well each document that was judged answers a question, by its id.
Grades = Mapping[str, int]


class CollectionError(Exception):
    """What is wrong with a collection's file, and where."""


@dataclass(frozen=True)
class Collection:
    """Titles and texts, and the questions that some of them answer, by their ids."""

    name: str
    documents: Mapping[str, tuple[str, str]]
    questions: Mapping[str, str]
    grades: Mapping[str, Grades]

    @property
    def contents(self) -> list[str]:
        """Return what is searched of each document: its title, and its text below."""
        return [f"{title}\n{text}".strip() for title, text in self.documents.values()]


def read(folder: Path) -> Collection:
    """Read the three files; the collection is called as its folder."""
    return judged(
        folder.resolve().name,
        _documents(folder / "docs.jsonl"),
        _questions(folder / "queries.tsv"),
        _grades(folder / "qrels.txt"),
    )


def judged(
    name: str,
    documents: Mapping[str, tuple[str, str]],
    questions: Mapping[str, str],
    grades: Mapping[str, Grades],
) -> Collection:
    """Return a collection of the questions that a document answers."""
    documents = {key: parts for key, parts in documents.items() if any(map(str.strip, parts))}
    known = {
        question: {document: grade for document, grade in of.items() if document in documents}
        for question, of in grades.items()
        if question in questions
    }
    known = {question: of for question, of in known.items() if max(of.values(), default=0) > 0}
    if not known:
        raise CollectionError(f"{name}: no judgement names a question and a document of the files.")
    kept = {question: text for question, text in questions.items() if question in known}
    return Collection(name, documents, kept, known)


def _documents(path: Path) -> dict[str, tuple[str, str]]:
    documents: dict[str, tuple[str, str]] = {}
    for number, line in _lines(path):
        try:
            found = json.loads(line)
            key, parts = str(found["id"]), (found.get("title") or "", found["text"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CollectionError(
                f'{path}, line {number}: an object with "id", "title" and "text" is expected.'
            ) from error
        documents[key] = parts
    return documents


def _questions(path: Path) -> dict[str, str]:
    questions: dict[str, str] = {}
    for number, line in _lines(path):
        key, tab, text = line.partition("\t")
        if not tab:
            raise CollectionError(f"{path}, line {number}: id<TAB>text is expected.")
        questions[key.strip()] = text.strip()
    return questions


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        try:
            question, _iteration, document, grade = line.split()
            grades.setdefault(question, {})[document] = int(grade)
        except ValueError as error:
            raise CollectionError(
                f"{path}, line {number}: query, iteration, document and grade are expected."
            ) from error
    return grades


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        # Not splitlines(): it would cut a text at characters such as U+2028.
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CollectionError(f"{path} is missing.") from error
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
