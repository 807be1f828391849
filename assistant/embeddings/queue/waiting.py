"""Sleeping until something is queued.

Writers of texts send a NOTIFY only where somebody sleeps, which they know by an advisory lock.
It is tried for, never waited for: a session that waits for it would hold up whoever builds an
index concurrently, and that one the writers.
"""

import time
from collections.abc import Callable
from threading import Event
from typing import Any

import psycopg
from django.db import connections

__all__ = ["BLINK", "Sleeper"]

CHANNEL = "assistant_embedding_queue"

# Seconds between looks at whether to stop, and at the lock where a writer has it.
BLINK = 0.5
# Seconds to sleep where no NOTIFY arrives: through a proxy that shares server sessions.
POLL = 5

# What Django adds for psycopg's objects.
NOT_FOR_CLIENTS = {"context", "cursor_factory", "prepare_threshold"}

# In one statement: a sleeping session is idle in no transaction.
TRY = f"SELECT pg_try_advisory_lock(hashtextextended('{CHANNEL}', 0))"
UNLOCK = f"SELECT pg_advisory_unlock(hashtextextended('{CHANNEL}', 0))"


class Sleeper:
    """A session of its own that is told when something is queued."""

    def __init__(self, *, using: str, say: Callable[[str], None]) -> None:
        self.using = using
        self.say = say
        self.client: psycopg.Connection[Any] | None = None
        self.polls = False

    def sleep(self, seconds: float, *, due: Callable[[], bool], stop: Event) -> None:
        """Return when something is queued, when it is time, or when told to stop.

        ``due`` looks at the queue once more when every writer sees that we sleep.
        """
        deadline = time.monotonic() + seconds
        if self.polls or not self._connect():
            stop.wait(min(seconds, POLL))
            return
        try:
            self._sleep(deadline, due, stop)
        except psycopg.Error:
            # The server has gone; the worker's own connection says so, and comes back.
            self.close()

    def close(self) -> None:
        """End the session."""
        if self.client is not None:
            self.client.close()
        self.client = None

    def _connect(self) -> bool:
        if self.client is not None and not self.client.closed:
            return True
        parameters = connections[self.using].get_connection_params()
        options = {k: v for k, v in parameters.items() if k not in NOT_FOR_CLIENTS}
        try:
            client = psycopg.connect(**options, autocommit=True)
        except psycopg.Error:
            return False
        row = client.execute("SELECT pg_backend_pid()").fetchone()
        if row is None or row[0] != client.info.backend_pid:
            # A proxy's number: the session may be another one for each statement, so it hears
            # nothing, and a lock would stay behind.
            client.close()
            self.polls = True
            self.say(f"No NOTIFY comes through this connection; looking every {POLL} seconds.")
            return False
        self.client = client
        return True

    def _sleep(self, deadline: float, due: Callable[[], bool], stop: Event) -> None:
        client = self.client
        assert client is not None  # noqa: S101
        is_held = False
        client.execute(f"LISTEN {CHANNEL}")
        try:
            while not stop.is_set() and (left := deadline - time.monotonic()) > 0:
                if not is_held:
                    # Another worker sleeps with it, or a writer is about to commit.
                    is_held = fetch(client, TRY)
                    if due():
                        return
                for _notification in client.notifies(timeout=min(BLINK, left), stop_after=1):
                    return
        finally:
            if not client.closed:
                # Awake, it does not read what it would be told.
                client.execute(f"UNLISTEN {CHANNEL}")
                if is_held:
                    fetch(client, UNLOCK)


def fetch(client: psycopg.Connection[Any], statement: str) -> bool:
    """Return a statement's only value."""
    row = client.execute(statement).fetchone()
    return bool(row and row[0])
