"""The rows to search: those of a QuerySet that one model has a vector of, compiled once.

``queryset`` is of a model with ``embedding_vector`` and ``embedding_model_id`` (chunks), filtered
in any way: by columns, through joins to one, by ``Exists`` and ``pk__in``. A join to many would
find a row several times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.expressions import Expression

from assistant.embeddings.models import EmbeddingModel

__all__ = ["Rows", "Target", "of_model"]

Rows = models.QuerySet[Any]


class UUIDLiteral(Expression):
    """A key that is written into the SQL: a partial index is not found by a parameter."""

    output_field = models.UUIDField()

    def __init__(self, key: UUID) -> None:
        super().__init__()
        self.key = UUID(str(key))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the key, quoted."""
        return f"'{self.key}'::uuid", ()


def of_model(queryset: Rows, embedding_model: EmbeddingModel) -> Rows:
    """Keep the rows that have a vector of this model."""
    query = queryset.query
    if query.is_sliced or query.distinct or query.combinator:
        raise ValueError(
            "The rows to search are a sliced, distinct or combined QuerySet; filter by "
            "pk__in=queryset.values('pk') instead."
        )
    of_this = {"embedding_model_id": UUIDLiteral(embedding_model.pk)}
    if queryset.model._meta.get_field("embedding_vector").null:
        return queryset.order_by().filter(**of_this, embedding_vector__isnull=False)
    return queryset.order_by().filter(**of_this)


@dataclass(frozen=True)
class Target:
    """The rows to search, compiled once: Django takes as long for it as the index for an answer.

    ``sql`` selects keys and vectors of one model's rows; it is empty where filters exclude each
    other.
    """

    sql: str
    params: tuple[Any, ...]
    alias: str
    table: str
    using: str

    @classmethod
    def of(cls, queryset: Rows, embedding_model: EmbeddingModel) -> Target:
        """Compile what a model has of the rows."""
        rows = of_model(queryset, embedding_model).values_list("pk", "embedding_vector")
        compiler = rows.query.get_compiler(rows.db)
        table = queryset.model._meta.db_table
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return cls("", (), "", table, queryset.db)
        return cls(sql, tuple(params), str(rows.query.get_initial_alias()), table, queryset.db)
