"""Counts whose cost does not grow with the table, many in one query."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.utils.translation import gettext as _

from assistant.db.admin.forms import grouped

__all__ = ["SQL", "about", "count_up_to", "estimate", "fetch", "scalar"]

# A scalar expression and its parameters.
SQL = tuple[str, tuple[Any, ...]]

NOTHING: SQL = ("NULL", ())


def count_up_to(rows: models.QuerySet[Any], limit: int) -> SQL:
    """Return an expression that counts rows, and stops one above the limit."""
    sql, params = scalar(rows.order_by().values("pk")[: limit + 1])
    if (sql, params) == NOTHING:
        return "0", ()
    return f"(SELECT count(*) FROM {sql} AS t)", params  # noqa: S608 (compiled by Django)


def estimate(rows: models.QuerySet[Any]) -> SQL:
    """Return an expression that estimates how many rows a table has; NULL where that says nothing.

    As the planner does: rows a page when last analysed, times the pages there are now.
    """
    if rows.query.where:  # some of the rows: the table's size does not tell how many
        return NOTHING
    sql = """(
        SELECT reltuples / relpages * (pg_relation_size(oid) / current_setting('block_size')::int)
        FROM pg_class
        WHERE oid = to_regclass(%s) AND reltuples > 0 AND relpages > 0
    )"""
    return sql, (connections[rows.db].ops.quote_name(rows.model._meta.db_table),)


def about(counted: int, estimated: float | None, limit: int) -> str:
    """Write a count that stopped one above the limit, and then the estimate."""
    if counted <= limit:
        return grouped(counted)
    if estimated is None or estimated <= limit:  # never analysed, or long ago
        return _("more than %(count)s") % {"count": grouped(limit)}
    digits = len(str(int(estimated)))
    return _("about %(count)s") % {"count": grouped(int(round(estimated, 2 - digits)))}


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
