"""Connections to the database beside Django's own: never pooled, never shared."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS

__all__ = ["unpooled"]


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
