"""How many rows match: what the planner expects, counted where that is not certain enough."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models

from assistant.embeddings.distances import DISTANCES
from assistant.embeddings.index_states import index_name
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.search.plans import Band
from assistant.embeddings.search.statements import Statement, fetch

__all__ = ["Found", "count_up_to", "estimate", "forget", "look"]

# All rows of the model are those of its index, as its build, VACUUM and ANALYZE left them. Where
# nobody analysed the table, the planner guesses.
STATE = """
SELECT COALESCE(i.reltuples, t.reltuples),
    COALESCE(x.indisvalid AND o.opcname = %s, false),
    COALESCE(pg_stat_get_last_analyze_time(t.oid), pg_stat_get_last_autoanalyze_time(t.oid))
        IS NOT NULL
FROM pg_class AS t
LEFT JOIN (
    pg_index AS x
    JOIN pg_class AS i ON i.oid = x.indexrelid
    JOIN pg_opclass AS o ON o.oid = x.indclass[0]
) ON x.indrelid = t.oid AND i.relname = %s
WHERE t.oid = to_regclass(%s)
"""

FRESH = 30.0  # seconds for which a look is remembered
MOST = 1_000  # looks
_remembered: dict[tuple[Any, ...], tuple[float, Found]] = {}
_lock = Lock()


@dataclass(frozen=True)
class Found:
    """What is known before a search."""

    matching: int
    total: int  # rows of the model in the table
    indexed: bool
    counted: bool = False  # by counting: at most one more than the border


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
    band: Callable[[int], Band],
) -> Found:
    """Return how many of the model's rows match, and whether there is an index for them.

    ``queryset`` is of the model already. ``band`` returns, for the number of all the model's rows,
    between which numbers an estimate is too uncertain; then, and where nobody analysed the table,
    rows are counted, up to the border between them. Without an index nothing needs counting.

    What was found is remembered for a while: one user searches several times. A plan chosen by
    what was true then is slower at worst, never wrong.
    """
    statement = _explain(queryset)
    if statement is None:
        return Found(0, 0, indexed=False)
    key = (queryset.db, embedding_model.pk, embedding_model.distance, repr(statement))
    with _lock:
        at, found = _remembered.get(key, (-FRESH, None))
    if found and monotonic() - at < FRESH:
        return found
    found = _look(queryset, embedding_model, statement, band)
    with _lock:
        if len(_remembered) >= MOST:
            _remembered.clear()
        _remembered[key] = (monotonic(), found)
    return found


def forget() -> None:
    """Look again at the next search."""
    with _lock:
        _remembered.clear()


def _look(
    queryset: models.QuerySet[Any],
    embedding_model: EmbeddingModel,
    statement: Statement,
    band: Callable[[int], Band],
) -> Found:
    table = queryset.model._meta.db_table
    operator_class = DISTANCES[embedding_model.distance].operator_class
    state = (STATE, [operator_class, index_name(table, embedding_model), f'"{table}"'])
    [[(rows, indexed, analysed)], [(plan,)]] = fetch([state, statement], using=queryset.db)
    expected = _rows(plan)
    total = max(round(rows), expected)
    low, border, high = band(total)
    if not indexed or (analysed and not low <= expected <= high):
        return Found(expected, total, indexed=indexed)
    matching = count_up_to(queryset, border)
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
