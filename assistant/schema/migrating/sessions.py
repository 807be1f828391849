"""Connections to the database beside Django's own: never pooled, never shared."""

import os
import platform
from datetime import UTC, datetime
from selectors import EVENT_READ, DefaultSelector
from typing import Any

from assistant.db.sessions import unpooled

__all__ = ["is_silent", "session_name", "unpooled"]

# PostgreSQL cuts application_name there.
NAME_LENGTH = 63


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
