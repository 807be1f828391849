"""How to look for the nearest vectors: read every row that matches, or ask the index.

A pure decision, of three numbers: the rows that match the filters, all rows of the model, and how
many hits are wanted. What the index answers is measured again by the full vectors (:func:`index
<assistant.embeddings.search.vectors.vector_leg>`), and where it answers short, because far fewer
rows match than was thought, every row is read after all, in the same statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import Literal, NamedTuple

__all__ = ["EXACT", "Band", "Plan", "band", "choose_plan", "exact_up_to"]

# How many candidates the index gives for each hit that is wanted: it knows half-precision vectors
# only, and hands on what it sees later out of order. Not many more: behind a filter, each is a row
# of the table, and so are those between that do not match.
OVER_FETCH = 1.1
MAX_CANDIDATES = 1_000

# hnsw.ef_search: how many rows the index keeps in view, and gives before it looks again. pgvector
# takes 1 to 1,000. Too few miss whole clusters: of a million rows in 2,000 clusters, 40 found .88
# to .94 of the nearest ten, 100 .97 to .98, 200 .99, by a third slower. Where a tenth matches, one
# look at more rows is faster than two.
MIN_EF_SEARCH, MAX_FILTERED_EF_SEARCH, MAX_EF_SEARCH = 150, 400, 1_000
ROOM = 1.25

# One row that the index visits costs as much as so many that an exact search reads: with 40
# candidates of a million, both took as long where 3 % matched, with 80 where 4 % did.
VISIT = 21

# Rows that an exact search reads in the time the index needs to start.
FREE_ROWS = 2_000

# An estimate is believed where it is so many times above or below the border.
DOUBT = 3

# How many times the rows that the index is expected to visit it may visit.
PATIENCE = 8
MIN_SCAN_TUPLES = 20_000

# Compiling takes longer than a search; of few rows PostgreSQL does not think of it.
JIT_OFF = {"jit": "off"}
FEW_ROWS = 10_000


@dataclass(frozen=True)
class Plan:
    """How to look: all of what matches, or so many candidates from the index."""

    kind: Literal["exact", "index"]
    candidates: int = 0
    settings: Mapping[str, str] = field(default_factory=lambda: dict(JIT_OFF))


EXACT = Plan("exact")
EXACT_OF_FEW = Plan("exact", settings={})


class Band(NamedTuple):
    """Up to ``border`` matching rows are all read; estimates between the others are in doubt."""

    low: int
    border: int
    high: int


def candidates_for(limit: int) -> int:
    """Return how many rows the index is asked for, to find so many hits."""
    return max(limit, min(ceil(limit * OVER_FETCH), MAX_CANDIDATES))


def exact_up_to(*, total: int, limit: int) -> int:
    """Return up to how many matching rows reading all of them is the faster way.

    An exact search reads the ``matching`` rows. The index visits, for its candidates, about
    ``candidates * total / matching`` rows, each ``VISIT`` times as dear. They cost the same at
    the root of ``VISIT * candidates * total``.
    """
    return max(FREE_ROWS, round(sqrt(VISIT * candidates_for(limit) * total)))


def band(*, total: int, limit: int) -> Band:
    """Return where an estimate is too close to the border."""
    border = exact_up_to(total=total, limit=limit)
    return Band(border // DOUBT, border, border * DOUBT)


def choose_plan(*, matching: int, total: int, indexed: bool, limit: int) -> Plan:
    """Return how to find the ``limit`` nearest of ``matching`` rows, of the model's ``total``."""
    if not indexed or matching <= exact_up_to(total=total, limit=limit):
        return EXACT_OF_FEW if matching <= FEW_ROWS else EXACT
    candidates = candidates_for(limit)
    visits = ceil(candidates * total / matching)
    return Plan(
        "index",
        candidates,
        {
            **JIT_OFF,
            # The plan without a sort is the one that reads the index in its order. The exact
            # search orders by another expression, so it always sorts.
            "enable_sort": "off",
            "hnsw.ef_search": str(_ef_search(candidates, visits)),
            "hnsw.iterative_scan": "relaxed_order",
            "hnsw.max_scan_tuples": str(max(MIN_SCAN_TUPLES, PATIENCE * visits)),
        },
    )


def _ef_search(candidates: int, visits: int) -> int:
    """Return how many rows to keep in view, of so many that will be visited."""
    one_look = min(ceil(ROOM * visits), MAX_FILTERED_EF_SEARCH)
    return min(max(MIN_EF_SEARCH, candidates, one_look), MAX_EF_SEARCH)
