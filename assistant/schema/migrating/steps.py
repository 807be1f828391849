"""One migration after the other, each of them whole."""

from contextlib import ExitStack
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.migrations import Migration

from assistant.conf import conf
from assistant.schema.history import details
from assistant.schema.migrating.locks import MigrationLock
from assistant.schema.migrating.timeouts import ddl_timeout

__all__ = ["Steps"]


class Steps:
    """Follows Django's executor: told before and after each migration.

    Django records a migration that has deferred statements (such as foreign keys) after the
    transaction in which it ran: a process killed in between leaves one that is applied and not
    known. Here both are one transaction, with the details.
    """

    def __init__(self, connection: Any, lock: MigrationLock) -> None:
        self.connection = connection
        self.lock = lock
        self.current: Migration | None = None
        self.done: list[str] = []
        self._stack = ExitStack()
        self._details_kept: bool | None = None
        self.name = str(connection.settings_dict["NAME"])

    def begin(self, migration: Migration) -> None:
        """Make sure of the lock, and open the transaction if the migration takes one."""
        self.lock.check()
        self.current = migration
        if migration.atomic:
            self._stack.enter_context(transaction.atomic(using=self.connection.alias))
            seconds = conf.MIGRATE_LOCK_TIMEOUT
            self._stack.enter_context(ddl_timeout(self.connection, seconds=seconds))
        self._started = monotonic()

    def end(self, migration: Migration, *, forwards: bool) -> None:
        """Keep the details, and commit."""
        seconds = monotonic() - self._started
        if self._details_kept is None or migration.app_label == "assistant_schema":
            self._details_kept = details.is_kept(self.connection)
        if forwards and self._details_kept:
            details.record(self.connection, migration, seconds=seconds)
        self._stack.close()
        self.current = None
        self.done.append(str(migration))

    def abandon(self, error: BaseException) -> None:
        """Roll back what the migration in hand has done."""
        self._stack.__exit__(type(error), error, error.__traceback__)
