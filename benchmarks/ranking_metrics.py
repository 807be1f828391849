"""How good a ranking is: nDCG, recall and the reciprocal rank, as trec_eval computes them."""

from collections.abc import Mapping, Sequence
from math import log2

__all__ = ["DEPTH", "METRICS", "measure", "ndcg", "recall", "reciprocal_rank"]

# As many documents as the figures look at.
DEPTH = 100
METRICS = ("ndcg@10", "recall@100", "rr")


def measure(ranking: Sequence[str], grades: Mapping[str, int]) -> dict[str, float]:
    """Return all figures of one question's ranking."""
    values = (
        ndcg(ranking, grades, depth=10),
        recall(ranking, grades, depth=DEPTH),
        reciprocal_rank(ranking, grades),
    )
    return dict(zip(METRICS, values, strict=True))


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], *, depth: int = 10) -> float:
    """Return the normalised discounted cumulative gain; a document gains its grade."""
    best = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    return _gain([max(grades.get(document, 0), 0) for document in ranking[:depth]]) / _gain(
        best[:depth]
    )


def recall(ranking: Sequence[str], grades: Mapping[str, int], *, depth: int = DEPTH) -> float:
    """Return the share of the relevant documents that are among the first."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranking[:depth])) / len(relevant)


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return 1 / the place of the first relevant document; 0 without one."""
    return next((1 / place for place, key in enumerate(ranking, 1) if grades.get(key, 0) > 0), 0.0)


def _gain(gains: Sequence[int]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, 1))
