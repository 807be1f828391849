"""Connections to the database beside Django's own: never pooled, never shared."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from selectors import EVENT_READ, DefaultSelector
from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS

__all__ = ["is_silent", "session_name", "unpooled"]

# PostgreSQL cuts application_name there.
NAME_LENGTH = 63


@contextmanager
def unpooled(connection: Any) -> Iterator[Any]:
    """Yield a connection of one's own to the same database, in autocommit, not opened yet.

    A session lock taken through a pool, or on a connection that others close, is lost.
    """
    # Not under its own alias: ``django.contrib.postgres`` looks up types for each new connection,
    # on the one that the alias has, which it would open, pool and all.
    own = connection.copy(alias=NO_DB_ALIAS)
    own.settings_dict.get("OPTIONS", {}).pop("pool", None)
    own.settings_dict.update(AUTOCOMMIT=True, ATOMIC_REQUESTS=False, CONN_MAX_AGE=None)
    own.inc_thread_sharing()
    try:
        yield own
    finally:
        own.close()


def is_silent(session: Any) -> bool:
    """Return whether nothing came from the server, such as that it has ended the session.

    ``session`` is psycopg's connection. No message is sent.
    """
    if session is None or session.closed:
        return False
    with DefaultSelector() as selector:
        selector.register(session.fileno(), EVENT_READ)
        return not selector.select(timeout=0)


def session_name(doing: str) -> str:
    """Name this process and what it does, for ``pg_stat_activity``, where every role reads it."""
    started = datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    what = f"{doing} since {started}, process {os.getpid()}"
    host = platform.node().encode("ascii", "replace").decode()
    return f"{what} on {host}"[:NAME_LENGTH]
