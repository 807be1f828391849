"""How good a ranking is, as trec_eval computes it.

A ranking is documents, the best first; of one that comes twice the first place counts. Grades are
what was judged, by document: above 0 is relevant, and what was not judged is not.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import islice
from math import ceil, log2
from typing import Any

__all__ = ["METRICS", "mean", "measure", "ndcg", "percentile", "recall", "reciprocal_rank"]

Grades = Mapping[Any, int]

NDCG = "ndcg@10"
RECALL = "recall@100"
RR = "rr"

# The names of the figures of one question. The mean of "rr" is called MRR.
METRICS = (NDCG, RECALL, RR)


def measure(ranking: Iterable[Hashable], grades: Grades) -> dict[str, float]:
    """Return all figures of one question's ranking."""
    ranking = list(dict.fromkeys(ranking))
    return {
        NDCG: ndcg(ranking, grades, depth=10),
        RECALL: recall(ranking, grades, depth=100),
        RR: reciprocal_rank(ranking, grades),
    }


def ndcg(ranking: Iterable[Hashable], grades: Grades, *, depth: int = 10) -> float:
    """Return the normalised discounted cumulative gain of the first documents, from 0 to 1.

    trec_eval's ``ndcg_cut``: a document gains its grade, divided by log2(place + 1); the ideal is
    the same sum over all that was judged, in the order of the grades.
    """
    ideal = _gain(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth])
    if not ideal:
        return 0.0
    first = islice(dict.fromkeys(ranking), depth)
    return _gain([max(grades.get(document, 0), 0) for document in first]) / ideal


def recall(ranking: Iterable[Hashable], grades: Grades, *, depth: int = 100) -> float:
    """Return the share of the relevant documents that are among the first, from 0 to 1."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    if not relevant:
        return 0.0
    return sum(d in relevant for d in islice(dict.fromkeys(ranking), depth)) / len(relevant)


def reciprocal_rank(ranking: Iterable[Hashable], grades: Grades) -> float:
    """Return 1 / the place of the first relevant document; 0 where there is none."""
    for place, document in enumerate(dict.fromkeys(ranking), start=1):
        if grades.get(document, 0) > 0:
            return 1 / place
    return 0.0


def mean(values: Iterable[float]) -> float:
    """Return the mean; 0 of nothing."""
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that this share of the values does not exceed; 0 of nothing."""
    numbers = sorted(values)
    return numbers[max(ceil(share * len(numbers)), 1) - 1] if numbers else 0.0


def _gain(gains: Sequence[int]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, start=1))
