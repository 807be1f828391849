"""A question searched in every mode, so that the rankings can be compared."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any

from django.db import DatabaseError, connections, router, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.db.admin import highlighted
from assistant.embeddings.backends import EmbeddingError
from assistant.embeddings.models import KnowledgeChunk
from assistant.embeddings.search import Hit, search
from assistant.embeddings.search.requests import MODES

__all__ = ["Column", "Found", "try_search"]

logger = logging.getLogger(__name__)

TITLES = {
    "hybrid": gettext_lazy("hybrid"),
    "vector": gettext_lazy("by meaning"),
    "keyword": gettext_lazy("by words"),
    "reranker": gettext_lazy("re-ranker"),
}
SOURCES = {"messages": gettext_lazy("messages"), "documents": gettext_lazy("documents")}
PLANS = {
    "exact": gettext_lazy("all vectors compared"),
    "index": gettext_lazy("by the vector index"),
    "all": gettext_lazy("all that match ranked"),
    "best": gettext_lazy("the most promising ranked"),
}
TIMES = {
    "embed": gettext_lazy("question's vector"),
    "rank": gettext_lazy("ranking"),
    "read": gettext_lazy("reading"),
    "rerank": gettext_lazy("re-ranking"),
    "total": gettext_lazy("in all"),
}


@dataclass
class Found:
    """A hit of one mode, as the page shows it."""

    hit: Hit
    rank: int
    title: str
    place: str
    letter: str = ""
    elsewhere: list[tuple[str, int | None]] = field(default_factory=list)
    """Each other mode, and its rank there; None where that mode has not found it."""

    @property
    def key(self) -> tuple[str, Any]:
        """Return what makes it the same passage in another mode."""
        return self.hit.kind, self.hit.chunk or self.hit.source.pk

    @property
    def snippet(self) -> str:
        """Return the passage, words found marked, as HTML."""
        return highlighted(self.hit.snippet)

    @property
    def legs(self) -> list[tuple[str, int | None, float | None]]:
        """Return each leg's rank and score; no rank where only the other leg has found it."""
        hit = self.hit
        return [
            (str(TITLES.get(leg, leg)), hit.ranks.get(leg), hit.scores.get(leg))
            for leg in {**hit.ranks, **hit.scores}
        ]


@dataclass
class Column:
    """What one mode found, and how."""

    mode: str
    found: list[Found] = field(default_factory=list)
    error: str = ""
    note: str = ""
    plans: list[tuple[str, str]] = field(default_factory=list)
    timings: list[tuple[str, float]] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Return the mode's name."""
        return str(TITLES[self.mode])


def try_search(
    question: str, *, describe: Callable[[Hit], tuple[str, str]], **arguments: Any
) -> list[Column]:
    """Search in every mode, record nothing, and return a column of each.

    ``describe`` returns how a hit's source and its place there are shown, as HTML. What a mode
    cannot do is its column's ``error``.
    """
    columns = [_column(mode, question, describe, arguments) for mode in MODES]
    _compare(columns)
    return columns


def _column(
    mode: str,
    question: str,
    describe: Callable[[Hit], tuple[str, str]],
    arguments: dict[str, Any],
) -> Column:
    column = Column(mode)
    using = router.db_for_read(KnowledgeChunk)
    # A failed statement would take the transaction of the whole page along.
    within = transaction.atomic(using) if connections[using].in_atomic_block else nullcontext()
    try:
        with within:
            hits = search(question, mode=mode, using=using, record=False, **arguments)
    except (EmbeddingError, ValueError, TypeError) as error:
        column.error = str(error)
        return column
    except DatabaseError as error:
        logger.exception("A search that was tried in the admin failed.")
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        column.error = _("The database refused it: %(reason)s") % {"reason": first}
        return column
    column.found = [Found(hit, rank, *describe(hit)) for rank, hit in enumerate(hits, 1)]
    column.note = hits.note
    column.plans = list(_plans(hits.plans, "vector"))
    column.plans += _plans(hits.keyword_plans, "keyword")
    column.timings = [
        (str(TIMES.get(name, name)), milliseconds)
        for name, milliseconds in sorted(hits.timings.items(), key=lambda item: _order(item[0]))
    ]
    return column


def _order(name: str) -> int:
    return list(TIMES).index(name) if name in TIMES else -1


def _plans(plans: Any, leg: str) -> Iterator[tuple[str, str]]:
    for name, plan in plans.items():
        of_leg, _colon, source = name.rpartition(":")
        what = f"{TITLES.get(of_leg or leg, of_leg)}, {SOURCES.get(source, source)}"
        yield what, str(PLANS.get(plan, plan))


def _compare(columns: Sequence[Column]) -> None:
    """Give each passage a letter, the same in every column, and say where else it is."""
    letters: dict[Any, str] = {}
    ranks = {column.mode: {item.key: item.rank for item in column.found} for column in columns}
    for column in columns:
        others = [other for other in columns if other is not column and not other.error]
        for item in column.found:
            item.letter = letters.setdefault(item.key, _letter(len(letters)))
            item.elsewhere = [(other.title, ranks[other.mode].get(item.key)) for other in others]


def _letter(number: int) -> str:
    """Return A to Z, then AA, AB, …."""
    letters = ""
    number += 1
    while number:
        number, place = divmod(number - 1, len(ascii_uppercase))
        letters = ascii_uppercase[place] + letters
    return letters
