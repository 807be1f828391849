"""How many rows match: what the planner expects, counted where that is not certain enough."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models

from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.search.statements import Statement, fetch
from assistant.embeddings.vector_indexes import index_name

__all__ = ["Found", "count_up_to", "estimate", "look"]

# The rows of the model are those of its index, as its build, VACUUM and ANALYZE left them. -1:
# unknown, for nobody looked since the table was made.
STATE = """
SELECT t.reltuples, i.reltuples, COALESCE(x.indisvalid, false)
FROM pg_class AS t
LEFT JOIN (pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid)
    ON x.indrelid = t.oid AND i.relname = %s
WHERE t.oid = to_regclass(%s)
"""


@dataclass(frozen=True)
class Found:
    """What is known before a search."""

    matching: int
    total: int  # rows of the model in the table
    indexed: bool
    counted: bool = False  # matching is exact, or one more than what it was counted up to


def estimate(queryset: models.QuerySet[Any]) -> int:
    """Return how many rows the planner expects."""
    statement = _explain(queryset)
    if statement is None:
        return 0
    [[(plan,)]] = fetch([statement], using=queryset.db)
    return _rows(plan)


def count_up_to(queryset: models.QuerySet[Any], limit: int) -> int:
    """Count the rows, and stop one above the limit."""
    rows = queryset.order_by().values("pk")[: limit + 1]
    try:
        sql, params = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return 0
    query = f"SELECT count(*) FROM ({sql}) AS t"  # noqa: S608 (compiled by Django)
    [[(count,)]] = fetch([(query, params)], using=queryset.db)
    return int(count)


def look(
    queryset: models.QuerySet[Any],
    *,
    embedding_model: EmbeddingModel,
    band: Callable[[int], tuple[int, int]],
) -> Found:
    """Return how many of the model's rows match, and whether there is an index.

    ``queryset`` is already of the model. ``band`` returns, of all the model's rows, between which
    numbers an estimate is too uncertain to decide by; those are counted, up to the second. So is
    everything where nobody ever analysed the table. Without an index nothing is worth counting.
    """
    statement = _explain(queryset)
    if statement is None:
        return Found(0, 0, indexed=False)
    table = queryset.model._meta.db_table
    state = (STATE, (index_name(table, embedding_model), f'"{table}"'))
    [[(table_rows, index_rows, indexed)], [(plan,)]] = fetch(
        [state, statement], using=queryset.db
    )
    expected = _rows(plan)
    total = round(max(index_rows if indexed else table_rows, expected, 0))
    if not indexed:
        return Found(expected, total, indexed=False)
    low, high = band(total)
    if expected < low and table_rows >= 0:
        return Found(expected, total, indexed=True)
    if expected > high and table_rows >= 0:
        return Found(expected, total, indexed=True)
    matching = count_up_to(queryset, high)
    return Found(matching, max(total, matching), indexed=True, counted=True)


def _explain(queryset: models.QuerySet[Any]) -> Statement | None:
    rows = queryset.order_by().values("pk")
    try:
        sql, params = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:  # the filters exclude each other
        return None
    return f"EXPLAIN (FORMAT JSON) {sql}", params


def _rows(plan: Any) -> int:
    tree = json.loads(plan) if isinstance(plan, str) else plan
    return int(tree[0]["Plan"]["Plan Rows"])
