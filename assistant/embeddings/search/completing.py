"""What one leg says of what only the other has found."""

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.models import F, Value
from django.db.models.functions import Cast
from pgvector.django import VectorField

from assistant.embeddings.distances import DISTANCES, vector_text
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.search.fusion import Ranked
from assistant.embeddings.search.keywords import CHUNKS
from assistant.embeddings.search.scopes import MODELS
from assistant.embeddings.search.statements import Statement, fetch
from assistant.embeddings.search.words import Statistics, Words

__all__ = ["complete", "likeness"]


def likeness(model: EmbeddingModel) -> str:
    """Return SQL that makes a number of a distance, higher the nearer."""
    return "1 - distance" if model.distance == "cosine" else "-distance"


def complete(
    rows: Sequence[Ranked],
    *,
    model: EmbeddingModel,
    vector: Sequence[float],
    words: Words,
    scale: Statistics,
    using: str,
) -> None:
    """Give passages the numbers they lack, in one round trip.

    A row that is gone meanwhile stays as it is, and so does a text that has no passages yet.
    """
    lacking = {
        source: {
            row.key: row for row in rows if row.kind == f"{source}:chunk" and len(row.scores) < 2
        }
        for source in MODELS
    }
    asked = {source: found for source, found in lacking.items() if found}
    statements = [
        _numbers(source, list(found), model, vector, words, scale, using)
        for source, found in asked.items()
    ]
    if not statements:
        return
    for found, answers in zip(asked.values(), fetch(statements, using=using), strict=True):
        for key, distance, rank in answers:
            numbers = {"vector": distance, "keyword": rank}
            found[key].scores = {
                leg: number for leg, number in numbers.items() if number is not None
            } | found[key].scores


def _numbers(
    source: str,
    keys: Sequence[Any],
    model: EmbeddingModel,
    vector: Sequence[float],
    words: Words,
    scale: Statistics,
    using: str,
) -> Statement:
    measure = DISTANCES[model.distance].expression
    target = Cast(Value(vector_text(vector)), VectorField())
    rows: Any = MODELS[source]._base_manager.using(using).filter(pk__in=keys).order_by()
    rows = rows.annotate(
        distance=measure(F("embedding_vector"), target), rank=CHUNKS.score(words, scale)
    )
    sql, parameters = (
        rows.values_list("pk", "distance", "rank")
        .query.get_compiler(connection=connections[using])
        .as_sql()
    )
    return (
        f"SELECT id, {likeness(model)}, rank "  # noqa: S608
        f"FROM ({sql}) AS numbers (id, distance, rank)",
        parameters,
    )
