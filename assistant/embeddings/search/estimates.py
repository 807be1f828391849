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
    rows = _compiled(queryset)
    if rows is None:
        return 0
    [[(plan,)]] = fetch([_explained(rows)], using=queryset.db)
    return _expected(plan)


def count_up_to(queryset: models.QuerySet[Any], limit: int) -> int:
    """Count the rows, and stop one above the limit."""
    rows = _compiled(queryset)
    return 0 if rows is None else _count(rows, limit, using=queryset.db)


def look(
    rows: Statement,
    *,
    table: str,
    using: str,
    embedding_model: EmbeddingModel,
    band: Callable[[int], Band],
) -> Found:
    """Return how many of the model's rows match, and whether there is an index for them.

    ``rows`` is a query for rows of the model in ``table``. ``band`` returns, for the number of all
    the model's rows, between which numbers an estimate is too uncertain; then, and where nobody
    analysed the table, rows are counted, up to the border between them. Without an index nothing
    needs counting.

    What was found is remembered for a while: one user searches several times. A plan chosen by
    what was true then is slower at worst, never wrong.
    """
    key = (using, embedding_model.pk, embedding_model.distance, repr(rows))
    with _lock:
        at, found = _remembered.get(key, (-FRESH, None))
    if found and monotonic() - at < FRESH:
        return found
    found = _look(rows, table, using, embedding_model, band)
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
    rows: Statement,
    table: str,
    using: str,
    embedding_model: EmbeddingModel,
    band: Callable[[int], Band],
) -> Found:
    operator_class = DISTANCES[embedding_model.distance].operator_class
    state = (STATE, [operator_class, index_name(table, embedding_model), f'"{table}"'])
    [[(stored, indexed, analysed)], [(plan,)]] = fetch([state, _explained(rows)], using=using)
    expected = _expected(plan)
    total = max(round(stored), expected)
    low, border, high = band(total)
    if not indexed or (analysed and not low <= expected <= high):
        return Found(expected, total, indexed=indexed)
    matching = _count(rows, border, using=using)
    return Found(matching, max(total, matching), indexed=True, counted=True)


def _count(rows: Statement, limit: int, *, using: str) -> int:
    sql, params = rows
    query = f"SELECT count(*) FROM (SELECT FROM ({sql}) AS r LIMIT %s) AS t"  # noqa: S608
    [[(count,)]] = fetch([(query, [*params, limit + 1])], using=using)
    return int(count)


def _compiled(queryset: models.QuerySet[Any]) -> Statement | None:
    rows = queryset.order_by().values("pk")
    try:
        sql, params = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:  # the filters exclude each other
        return None
    return sql, params


def _explained(rows: Statement) -> Statement:
    sql, params = rows
    return f"EXPLAIN (FORMAT JSON) {sql}", params


def _expected(plan: Any) -> int:
    tree = json.loads(plan) if isinstance(plan, str) else plan
    return int(tree[0]["Plan"]["Plan Rows"])
