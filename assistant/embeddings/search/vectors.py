"""The nearest vectors among the rows that match, as SQL and as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import F, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Cast
from pgvector.django import HalfVectorField, VectorField

from assistant.embeddings.distances import DISTANCES, vector_text
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.search.estimates import look
from assistant.embeddings.search.plans import EXACT, Plan, band, choose_plan
from assistant.embeddings.search.statements import fetch
from assistant.embeddings.search.targets import Rows, Target, of_model

__all__ = ["Leg", "nearest", "nearest_rows", "plan_for", "vector_leg"]


@dataclass(frozen=True)
class Leg:
    """A query for ``id`` and ``distance`` of the nearest rows, nearest first.

    It stands alone or in parentheses; ``settings`` are those it has to be planned and run under.
    """

    sql: str
    params: tuple[Any, ...]
    settings: Mapping[str, str]


def plan_for(rows: Rows | Target, *, embedding_model: EmbeddingModel, limit: int) -> Plan:
    """Choose how to find the nearest of the rows that match.

    One round trip, or two, or none where the same filters were looked at a moment ago.
    """
    target = _target(rows, embedding_model)
    if not target.sql:
        return EXACT
    found = look(
        (target.sql, target.params),
        table=target.table,
        using=target.using,
        embedding_model=embedding_model,
        band=lambda total: band(total=total, limit=limit),
    )
    return choose_plan(
        matching=found.matching, total=found.total, indexed=found.indexed, limit=limit
    )


def vector_leg(
    rows: Rows | Target,
    *,
    embedding_model: EmbeddingModel,
    vector: Sequence[float],
    limit: int,
    plan: Plan,
) -> Leg:
    """Return the query that looks as the plan says.

    Where the index answers short of ``limit``, the same statement reads all that match; so fewer
    rows than that are found only where fewer match.
    """
    target = _target(rows, embedding_model)
    if not target.sql:
        nothing = "SELECT NULL::uuid AS id, NULL::double precision AS distance WHERE false"
        return Leg(nothing, (), plan.settings)
    text, operator = vector_text(vector), DISTANCES[embedding_model.distance].operator
    if plan.kind == "exact":
        sql = f"""SELECT id, vector {operator} %s::vector AS distance
FROM ({target.sql}) AS exact (id, vector) ORDER BY distance, id LIMIT %s"""  # noqa: S608
        return Leg(sql, (text, *target.params, limit), plan.settings)
    quote = connections[target.using].ops.quote_name
    column = f'{quote(target.alias)}."embedding_vector"'
    half = f"halfvec({embedding_model.dimension})"
    # The vector is written and read once. "every" is not begun unless needed: its condition does
    # not depend on a row.
    sql = f"""WITH question (vector) AS MATERIALIZED (SELECT %s::vector),
near (id, vector) AS MATERIALIZED (
    {target.sql}
    ORDER BY ({column}::{half}) {operator} (SELECT vector::{half} FROM question) LIMIT %s
)
SELECT id, vector {operator} (SELECT vector FROM question) AS distance FROM (
    SELECT id, vector FROM near WHERE (SELECT count(*) FROM near) >= %s
    UNION ALL
    SELECT id, vector FROM ({target.sql}) AS every (id, vector)
    WHERE (SELECT count(*) FROM near) < %s
) AS found
ORDER BY distance, id LIMIT %s"""  # noqa: S608
    params = (text, *target.params, plan.candidates, limit, *target.params, limit, limit)
    return Leg(sql, params, plan.settings)


def _target(rows: Rows | Target, embedding_model: EmbeddingModel) -> Target:
    return rows if isinstance(rows, Target) else Target.of(rows, embedding_model)


def nearest(
    queryset: Rows,
    *,
    embedding_model: EmbeddingModel,
    vector: Sequence[float],
    limit: int,
    plan: Plan | None = None,
) -> list[tuple[Any, float]]:
    """Return keys and distances of the nearest rows that match, nearest first."""
    target = Target.of(queryset, embedding_model)
    plan = plan or plan_for(target, embedding_model=embedding_model, limit=limit)
    leg = vector_leg(target, embedding_model=embedding_model, vector=vector, limit=limit, plan=plan)
    [found] = fetch([(leg.sql, leg.params)], using=queryset.db, settings=leg.settings)
    return [(key, distance) for key, distance in found]


def nearest_rows(
    queryset: Rows,
    *,
    embedding_model: EmbeddingModel,
    vector: Sequence[float],
    limit: int,
    plan: Plan,
) -> Rows:
    """Return the nearest rows that match as a QuerySet with ``distance``, nearest first.

    To be evaluated within ``local_settings(plan.settings, using=queryset.db)``. Without them it
    still finds rows, but reads all, or fewer of the index than it needs; and unlike
    :func:`nearest` it finds fewer than ``limit`` where the index answers short.
    """
    text = vector_text(vector)
    rows = _measured(queryset, embedding_model, text)
    if plan.kind == "index":
        ordered = rows.order_by(_indexed_distance(embedding_model, text)).values("pk")
        manager = queryset.model._base_manager.using(queryset.db)
        near = manager.filter(pk__in=ordered[: plan.candidates])
        rows = _measured(near, embedding_model, text)
    return rows.order_by("distance", "pk")[:limit]


def _measured(queryset: Rows, embedding_model: EmbeddingModel, text: str) -> Rows:
    # By the full vector: this expression is no index's, so ordering by it reads every row.
    distance = DISTANCES[embedding_model.distance].expression
    target = Cast(Value(text), VectorField())
    rows: Rows = of_model(queryset, embedding_model).annotate(
        distance=distance(F("embedding_vector"), target)
    )
    return rows


def _indexed_distance(embedding_model: EmbeddingModel, text: str) -> Expression:
    # The expression of vector_indexes.
    half = HalfVectorField(dimensions=embedding_model.dimension)
    distance = DISTANCES[embedding_model.distance].expression
    return distance(Cast("embedding_vector", half), Cast(Value(text), half))
