"""The questions that can be measured: those with relevant documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from assistant.embeddings.evaluation.identifying import TRIED, Identified, identify
from assistant.embeddings.evaluation.judgements import Judgements

__all__ = ["NothingToMeasureError", "Question", "Questions", "prepare"]

# How many ids a note names.
NAMED = 5


class NothingToMeasureError(Exception):
    """Why nothing can be measured, and the way out."""


@dataclass(frozen=True)
class Question:
    """A question and the grades of its documents: by key, by id where nothing is stored of it."""

    key: str
    text: str
    grades: Mapping[UUID | str, int]


@dataclass
class Questions:
    """What is measured, what the documents are called in the judgements, and what is left out."""

    items: list[Question]
    names: dict[UUID, str]
    notes: list[str] = field(default_factory=list)


def prepare(
    queries: Mapping[str, str], judgements: Judgements, *, user: Any = None, using: str
) -> Questions:
    """Return the questions that have relevant documents, with the keys of these."""
    judged = {
        query: grades
        for query, grades in judgements.items()
        if query in queries and max(grades.values()) > 0
    }
    if not judged:
        raise NothingToMeasureError(_nothing_judged(queries, judgements))
    found = identify(
        (document for grades in judged.values() for document in grades), user=user, using=using
    )
    relevant = {d for grades in judged.values() for d, grade in grades.items() if grade > 0}
    if relevant.isdisjoint(found.keys):
        raise NothingToMeasureError(
            f"None of the {len(relevant):,} relevant documents is found here: "
            f"{_named([*found.ambiguous, *found.missing])}. An id may be {TRIED}. "
            + ("Is the user right? " if user is not None else "")
            + "Store the documents first, for instance by manage.py ingest."
        )
    questions = Questions(
        [
            Question(query, text, _by_key(judged[query], found.keys))
            for query, text in queries.items()
            if query in judged
        ],
        {key: name for name, key in reversed(found.keys.items())},
    )
    questions.notes = _notes(queries, judgements, judged, found)
    return questions


def _by_key(grades: Mapping[str, int], keys: Mapping[str, UUID]) -> dict[UUID | str, int]:
    """Return grades by key; where two ids mean the same document, the higher one.

    What is not stored stays in the ideal ranking, so that figures are those of trec_eval.
    """
    found: dict[UUID | str, int] = {}
    for document, grade in grades.items():
        key = keys.get(document, document)
        found[key] = max(grade, found.get(key, grade))
    return found


def _notes(
    queries: Mapping[str, str], judgements: Judgements, judged: Judgements, found: Identified
) -> list[str]:
    notes = []
    if left := [query for query in queries if query not in judged]:
        notes.append(f"{len(left):,} questions have no relevant document, left out: {_named(left)}")
    if left := [query for query in judgements if query not in queries]:
        notes.append(f"{len(left):,} judged questions are not in QUERIES: {_named(left)}")
    if found.missing:
        notes.append(
            f"{len(found.missing):,} judged documents are not found here, and count as not found "
            f"by any search: {_named(found.missing)}"
        )
    if found.ambiguous:
        notes.append(
            f"{len(found.ambiguous):,} ids fit several documents, and count as not found by any "
            f"search: {_named(found.ambiguous)}"
        )
    if twice := len(found.keys) - len(set(found.keys.values())):
        notes.append(f"{twice:,} ids mean a document that another id means, too.")
    return notes


def _nothing_judged(queries: Mapping[str, str], judgements: Judgements) -> str:
    if not any(query in queries for query in judgements):
        return (
            f"No question of QUERIES ({_named(list(queries))}) is in QRELS "
            f"({_named(list(judgements))}): the first column of QRELS is a question's id."
        )
    return "No question has a relevant document: QRELS has to have grades above 0."


def _named(names: list[str]) -> str:
    shown = ", ".join(name if name.isprintable() else repr(name) for name in names[:NAMED])
    return shown + (", …" if len(names) > NAMED else "")
