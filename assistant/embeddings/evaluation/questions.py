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
    names: Mapping[UUID, str] = field(default_factory=dict)
    """What the documents are called in its judgements."""


@dataclass
class Questions:
    """What is measured, and what is worth saying about the rest."""

    items: list[Question]
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
    return Questions(
        [
            _question(query, text, judged[query], found.keys)
            for query, text in queries.items()
            if query in judged
        ],
        _notes(queries, judgements, judged, found),
    )


def _question(key: str, text: str, judged: Mapping[str, int], keys: Mapping[str, UUID]) -> Question:
    """Return a question; where two ids mean the same document, with the higher grade.

    What is not stored stays in the ideal ranking, so that figures are those of trec_eval.
    """
    grades: dict[UUID | str, int] = {}
    names: dict[UUID, str] = {}
    for name, grade in judged.items():
        document = keys.get(name, name)
        grades[document] = max(grade, grades.get(document, grade))
        if isinstance(document, UUID):
            names.setdefault(document, name)
    return Question(key, text, grades, names)


def _notes(
    queries: Mapping[str, str], judgements: Judgements, judged: Judgements, found: Identified
) -> list[str]:
    missing = "count as not found by any search"
    unjudged = [query for query in queries if query not in judged]
    unknown = [query for query in judgements if query not in queries]
    named = {
        "Questions without a relevant document, left out": unjudged,
        "Judged questions that are not in QUERIES": unknown,
        f"Judged documents that are not found here, which {missing}": found.missing,
        f"Ids that fit several documents, which {missing}": found.ambiguous,
    }
    notes = [f"{what} ({len(ids):,}): {_named(ids)}" for what, ids in named.items() if ids]
    same = 0
    for grades in judged.values():
        keys = [found.keys[document] for document in grades if document in found.keys]
        same += len(keys) - len(set(keys))
    if same:
        notes.append(
            f"Ids that mean a document that another id of the same question means, too: {same:,}; "
            "the higher grade counts"
        )
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
