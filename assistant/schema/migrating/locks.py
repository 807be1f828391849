"""One migration at a time: a session lock of PostgreSQL, on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic, sleep
from typing import Any, Self

import psycopg
from django.db.utils import DatabaseError, InterfaceError, NotSupportedError, OperationalError
from django.db.utils import Error as DatabaseProblem
from psycopg.pq import TransactionStatus

from assistant.schema.errors import MigrationError
from assistant.schema.migrating.blockers import oldest_transactions
from assistant.schema.migrating.proxies import refuse_transaction_pooling
from assistant.schema.migrating.refusals import explained, is_too_many_clients, unusable
from assistant.schema.migrating.sessions import is_silent, session_name, unpooled

__all__ = ["MigrationLock"]

# Both keys are of this database only. Any constant does; it spells "mi" "gr".
LOCK_CLASS = 0x6D696772
LEADER = 1  # on a connection of its own: held from before the plan is made to the end
WORKER = 2  # on the connection that migrates: outlives a killed process until the server notices

TRY = "SELECT pg_try_advisory_lock(%s, %s)"
UNLOCK = "SELECT pg_advisory_unlock(%s, %s)"
HOLDER = """
SELECT a.pid, a.application_name FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objid = %s AND l.objsubid = 2
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
IS_HELD = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND classid = %s AND objid = %s AND objsubid = 2 AND pid = pg_backend_pid())
"""
# Whatever the server's settings: the session may be idle for as long as a migration takes, and a
# machine that vanished holds the lock for a minute at most.
KEEP_ALIVE = """
SELECT set_config('application_name', %s, false), set_config('idle_session_timeout', '0', false),
    set_config('tcp_keepalives_idle', '30', false),
    set_config('tcp_keepalives_interval', '10', false),
    set_config('tcp_keepalives_count', '3', false)
"""
# The server gives up a statement whose client is gone. Not every platform can.
NOTICE_DEATH = """
DO $$ BEGIN
    PERFORM set_config('client_connection_check_interval', '1s', false);
EXCEPTION WHEN OTHERS THEN NULL;
END $$
"""
FORGET_DEATH = "RESET client_connection_check_interval"

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5
FRESH = 0.5  # seconds for which an answer about the lock is believed
QUIET = 10  # seconds: of many processes that take turns, not each is worth a line


class MigrationLock:
    """Held while a database is migrated; a context manager.

    The wait polls: who blocks on an advisory lock holds a snapshot for which another session's
    ``CREATE INDEX CONCURRENTLY`` waits in turn, a deadlock. ``say`` is told whom it waits for.
    Raises ``MigrationError`` after ``wait`` seconds, and where a session lock means nothing:
    behind a proxy that pools transactions.
    """

    def __init__(self, connection: Any, *, wait: float, say: Callable[[str], None]) -> None:
        self.connection = connection
        self.deadline = monotonic() + wait
        self.wait = wait
        self.say = say
        self._worker: Any = None  # psycopg's connection: Django's may have several in turn
        self._confirmed = 0.0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Connect and wait for the lock."""
        with self._stack, self._told():
            self._session = self._stack.enter_context(unpooled(self.connection))
            self._connect(self._session)
            refuse_transaction_pooling(self._session)
            self._poll(self._session, LEADER, "Another migrate is running")
            self._ask(self._session, KEEP_ALIVE, session_name("migrate"))
            self._connect(self.connection)
            self._kept = self._stack.pop_all()
        return self

    def __exit__(self, *exception: Any) -> None:
        """Give the lock back."""
        with self._kept:
            self._release_worker()
            with suppress(DatabaseError, InterfaceError):  # gone, and the lock with it
                # At once: the server takes a moment to notice that a session was closed.
                self._ask(self._session, UNLOCK, LOCK_CLASS, LEADER)

    def check(self) -> None:
        """Raise ``MigrationError`` unless the lock is held; mark the connection that migrates."""
        if not self._is_held():
            raise MigrationError(
                f'The connection that kept the lock on database "{self._name}" is gone, so another '
                "migrate may be running: no further migration is applied. Run migrate again."
            )
        if self._worker is None or self._worker is not self.connection.connection:
            self._mark_worker()

    def _is_held(self) -> bool:
        # A server that ends a session says so unasked. A network may swallow that, so it is asked
        # again after a moment; not more often, for many migrations are over in a millisecond.
        if monotonic() - self._confirmed < FRESH and is_silent(self._session.connection):
            return True
        try:
            held = bool(self._ask(self._session, IS_HELD, LOCK_CLASS, LEADER))
        except (DatabaseError, InterfaceError):
            return False
        self._confirmed = monotonic()
        return held

    def sleep(self, seconds: float) -> bool:
        """Sleep, unless the time to wait is over; return whether it is not."""
        remaining = self.deadline - monotonic()
        if remaining <= 0:
            return False
        sleep(min(seconds, remaining))
        return True

    def blockers(self) -> str:
        """Name those who have transactions open."""
        own = [self._session.connection.info.backend_pid]
        if self._worker and not self._worker.closed:
            own.append(self._worker.info.backend_pid)
        return oldest_transactions(self._session, but=own)

    @contextmanager
    def _told(self) -> Iterator[None]:
        # What goes wrong while it waits is told in one line, too.
        try:
            yield
        except DatabaseProblem as error:
            told = explained(error, doing=f'Database "{self._name}"')
            raise told or unusable(self.connection, error) from error

    @property
    def _name(self) -> str:
        return str(self.connection.settings_dict["NAME"])

    def _connect(self, connection: Any) -> None:
        # Many processes may start at once: more than the server takes connections.
        for pause in pauses():
            try:
                connection.ensure_connection()
                return
            except NotSupportedError as error:  # a server too old for Django
                raise MigrationError(str(error)) from error
            except OperationalError as error:
                if not is_too_many_clients(error) or not self.sleep(pause):
                    raise unusable(self.connection, error) from error
                if connection is not self._session:  # a pool does not say that the server is gone
                    self._ask(self._session, IS_HELD, LOCK_CLASS, LEADER)

    def _poll(self, connection: Any, key: int, problem: str) -> None:
        said, quiet_until = None, 0.0
        for pause in pauses():
            if self._ask(connection, TRY, LOCK_CLASS, key):
                return
            with connection.cursor() as cursor:
                cursor.execute(HOLDER, [LOCK_CLASS, key])
                holder = cursor.fetchone()
            if holder is None:
                continue  # gone between the two
            pid, name = holder
            who = f'{problem} on database "{self._name}": {name or "unnamed"}, server process {pid}'
            if connection is self._session:
                # Who waits keeps no connection: the one that migrates may need the last of them.
                connection.close()
            if not self.sleep(pause):
                raise MigrationError(
                    f"{who}. Given up after {self.wait:g} s; nothing was changed. Wait for it, or "
                    f"end it with SELECT pg_terminate_backend({pid}), and run migrate again."
                )
            if holder != said and monotonic() >= quiet_until:
                said, quiet_until = holder, monotonic() + QUIET
                self.say(f"{who}. Waiting up to {self.wait:g} s.")
            self._connect(connection)

    def _mark_worker(self) -> None:
        # A killed process's leader is gone at once, but its worker's last statement, or its
        # COMMIT, may still be under way.
        self._connect(self.connection)
        self._release_worker()  # a migration may close the connection, and go on on another
        self._poll(self.connection, WORKER, "The rest of a migrate that was killed is running")
        self._worker = self.connection.connection
        with self.connection.cursor() as cursor:
            cursor.execute(NOTICE_DEATH)

    def _release_worker(self) -> None:
        # Through a pool it goes on to serve others.
        worker, self._worker = self._worker, None
        if worker is None or worker.closed:
            return
        if worker.info.transaction_status == TransactionStatus.INERROR:
            return
        with suppress(psycopg.Error):  # gone, and all that it was told with it
            worker.execute(UNLOCK, [LOCK_CLASS, WORKER])
            worker.execute(FORGET_DEATH)

    def _ask(self, connection: Any, query: str, *parameters: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchone()[0]


def pauses() -> Iterator[float]:
    """Yield how long to sleep between tries, in seconds."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 1.5, LONGEST_PAUSE)
