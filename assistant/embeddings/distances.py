"""Distances between vectors, as Django, PostgreSQL and its indexes name them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models.expressions import Func
from pgvector.django import CosineDistance, L2Distance, MaxInnerProduct

__all__ = ["DISTANCES", "MAX_INDEXED_DIMENSION", "Distance", "vector_text"]

# The most dimensions of a half-precision vector that an HNSW index takes.
MAX_INDEXED_DIMENSION = 4_000


@dataclass(frozen=True)
class Distance:
    """A distance: its expression, its operator, and the operator class of an index for it."""

    expression: type[Func]
    operator: str
    operator_class: str


# By EmbeddingModel.distance. That of "ip" is the negative inner product: less is nearer, too.
DISTANCES = {
    "cosine": Distance(CosineDistance, "<=>", "halfvec_cosine_ops"),
    "l2": Distance(L2Distance, "<->", "halfvec_l2_ops"),
    "ip": Distance(MaxInnerProduct, "<#>", "halfvec_ip_ops"),
}


def vector_text(values: Iterable[float]) -> str:
    """Return a vector as pgvector reads it, with the digits that single precision has."""
    numbers = tuple(map(float, values))
    # One format for all: twice as fast as one each.
    return "[" + ",".join(["%.9g"] * len(numbers)) % numbers + "]"
