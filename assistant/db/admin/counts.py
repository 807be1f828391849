"""Counts whose cost does not grow with the table, many in one query."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models

__all__ = ["SQL", "count_up_to", "fetch", "scalar"]

# A scalar expression and its parameters.
SQL = tuple[str, tuple[Any, ...]]

NOTHING: SQL = ("NULL", ())


def count_up_to(rows: models.QuerySet[Any], limit: int) -> SQL:
    """Return an expression that counts rows, and stops one above the limit."""
    sql, params = scalar(rows.order_by().values("pk")[: limit + 1])
    if (sql, params) == NOTHING:
        return "0", ()
    return f"(SELECT count(*) FROM {sql} AS t)", params  # noqa: S608 (compiled by Django)


def scalar(rows: models.QuerySet[Any]) -> SQL:
    """Return a query as an expression."""
    try:
        sql, params = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:  # the queryset is none()
        return NOTHING
    return f"({sql})", tuple(params)


def fetch(using: str, expressions: Sequence[SQL]) -> list[Any]:
    """Evaluate expressions in one query."""
    if not expressions:
        return []
    sql = ", ".join(sql for sql, _params in expressions)
    params = [param for _sql, params in expressions for param in params]
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {sql}", params)
        return list(cursor.fetchone())
