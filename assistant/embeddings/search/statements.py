"""Statements under settings of their own, in one round trip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

__all__ = ["Statement", "fetch", "local_settings", "unprepared"]

# SQL and its parameters, in the style of Django's cursors.
Statement = tuple[str, Sequence[Any]]
Row = tuple[Any, ...]

SAVEPOINT = "assistant_search"


def fetch(
    statements: Sequence[Statement], *, using: str, settings: Mapping[str, str] | None = None
) -> list[list[Row]]:
    """Run statements that only read, under these settings, and return the rows of each.

    All is sent at once, as one simple query with the parameters written out. So it is planned
    for these values (a prepared plan could be an older one, which knows neither a partial index
    nor the settings), whatever ``server_side_binding`` and ``prepare_threshold`` say. The
    settings are gone afterwards: without a transaction the simple query is one of its own; in
    one, a savepoint takes them back.
    """
    connection: Any = connections[using]
    parts = [*statements]
    first = 0
    if settings:
        parts.insert(0, _set_config(settings))
        first = 1
    connection.ensure_connection()
    if settings and not connection.get_autocommit():
        parts = [
            (f"SAVEPOINT {SAVEPOINT}", []),
            *parts,
            (f"ROLLBACK TO SAVEPOINT {SAVEPOINT}", []),
            (f"RELEASE SAVEPOINT {SAVEPOINT}", []),
        ]
        first += 1
    answers = []
    with connection.cursor() as cursor, unprepared(connection.connection):
        if len(parts) == 1:
            cursor.execute(*parts[0])
        else:
            compose = connection.ops.compose_sql
            cursor.execute(";\n".join(compose(sql, params) for sql, params in parts))
        for number in range(first + len(statements)):
            if number:
                cursor.nextset()
            if number >= first:
                answers.append(cursor.fetchall())
    return answers


@contextmanager
def local_settings(settings: Mapping[str, str], *, using: str) -> Iterator[None]:
    """Plan and run what is inside under these settings, in a transaction; put them back after.

    For QuerySets, which are evaluated by Django; :func:`fetch` is a round trip instead of four.
    """
    with transaction.atomic(using=using, savepoint=False):
        with connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT " + ", ".join(["current_setting(%s, true)"] * len(settings)),
                list(settings),
            )
            former = cursor.fetchone()
            cursor.execute(*_set_config(settings))
        yield
        # An error ends the transaction, or is taken back to a savepoint: the settings, too.
        with connections[using].cursor() as cursor:
            cursor.execute(*_set_config(dict(zip(settings, former, strict=True))))


@contextmanager
def unprepared(session: Any) -> Iterator[None]:
    """Prepare nothing of what is inside: several statements cannot be prepared as one."""
    former, session.prepare_threshold = session.prepare_threshold, None
    try:
        yield
    finally:
        session.prepare_threshold = former


def _set_config(settings: Mapping[str, str | None]) -> Statement:
    # None is the setting's default. It is what an extension's setting was before it was loaded.
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    return f"SELECT {calls}", [text for setting in settings.items() for text in setting]
