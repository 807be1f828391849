"""One ranking of several: reciprocal rank fusion, and all its parameters.

A hit's score is the sum, over the legs that have found it, of ``weight / (K + its rank there)``
(Cormack, Clarke and Büttcher: Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods, SIGIR 2009). Only ranks count, so scores of different kinds need no common scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["CANDIDATES", "WEIGHTS", "Candidate", "K", "Ranked", "fuse"]

# How many of each leg's best are fused.
CANDIDATES = 100
# How slowly ranks lose weight: the paper's value, which others have kept.
K = 60
# What a leg's opinion counts. On questions (CISI) more for vectors would be a little better, on
# titles that look for their texts a little worse; equal is better than both legs on either.
WEIGHTS = {"vector": 1.0, "keyword": 1.0}

# Kind and key of a row, and the leg's own number: higher is better.
Candidate = tuple[str, Any, float]


@dataclass
class Ranked:
    """A row that was found: its score, and its rank and its score in each leg that found it."""

    kind: str
    key: Any
    score: float = 0.0
    ranks: dict[str, int] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)


def fuse(legs: Mapping[str, Sequence[Candidate]]) -> list[Ranked]:
    """Return what any leg has found, the best first.

    ``legs`` are the candidates of each leg by its name, the best first. A leg's ranks begin at 1.
    """
    found: dict[tuple[str, Any], Ranked] = {}
    for leg, candidates in legs.items():
        for rank, (kind, key, score) in enumerate(candidates, start=1):
            row = found.setdefault((kind, key), Ranked(kind, key))
            row.score += WEIGHTS[leg] / (K + rank)
            row.ranks[leg] = rank
            row.scores[leg] = score
    return sorted(
        found.values(),
        key=lambda row: (-row.score, min(row.ranks.values()), row.kind, str(row.key)),
    )
