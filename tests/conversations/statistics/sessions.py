"""Clients of one database at the same time, watched with deadlines."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.contract.databases import connect

# Never reached unless something hangs.
SECONDS = 60


class Session:
    """A client whose statements may run in the background."""

    def __init__(self, name: str) -> None:
        self.client = connect(name, autocommit=True)
        self.client.execute(f"SET statement_timeout = '{SECONDS}s'")
        self.pid = self.client.info.backend_pid
        self.threads = ThreadPoolExecutor(1)

    def run(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        cursor = self.client.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []

    def start(self, statement: str, parameters: Any = None) -> "Future[list[tuple[Any, ...]]]":
        """Run a statement in the background."""
        return self.threads.submit(self.run, statement, parameters)

    def refused(self, statement: str, parameters: Any = None) -> bool:
        """Return whether a lock that cannot be had at once stops a statement."""
        try:
            self.run(statement, parameters)
        except psycopg.errors.LockNotAvailable:
            return True
        return False


class Sessions:
    """Sessions of one database, and who of them waits for whom."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.made: list[Session] = []
        self.observer = Session(name)

    def open(self) -> Session:
        """Return another session."""
        self.made.append(Session(self.name))
        return self.made[-1]

    def wait_until_blocked(self, waiting: Session, by: Session | None = None) -> None:
        """Return once a session waits for a lock, of a certain other one if that is given."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            blocking = self.observer.run("SELECT pg_blocking_pids(%s)", [waiting.pid])[0][0]
            if by.pid in blocking if by else blocking:
                return
            time.sleep(0.002)
        raise AssertionError("One session never waited for the other.")

    def close(self) -> None:
        """End every session, those that still wait included."""
        for session in self.made:
            self.observer.run("SELECT pg_terminate_backend(%s)", [session.pid])
        for session in (*self.made, self.observer):
            session.threads.shutdown()
            session.client.close()


@contextmanager
def open_sessions(name: str) -> Iterator[Sessions]:
    """Give sessions of a database, and end them."""
    sessions = Sessions(name)
    try:
        yield sessions
    finally:
        sessions.close()


def outcome(future: "Future[Any]") -> str:
    """Return how a statement in the background ended: its SQLSTATE, or that of success."""
    try:
        future.result(SECONDS)
    except psycopg.Error as error:
        return error.sqlstate or repr(error)
    return "00000"
