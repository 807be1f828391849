"""Adopt a database: everything in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import Error as DatabaseProblem

from assistant.conf import conf
from assistant.schema.adopting.databases import NotAdoptableError
from assistant.schema.adopting.inspection import inspect
from assistant.schema.adopting.models import make_models
from assistant.schema.adopting.origins import OWN_RECORDS, tables_until
from assistant.schema.errors import MigrationError
from assistant.schema.history import details
from assistant.schema.migrating.locks import MigrationLock
from assistant.schema.migrating.refusals import explained, is_lock_timeout

__all__ = ["Takeover", "copies"]

Say = Callable[[str], None]

PAUSE = 1.0  # seconds between two tries for the tables


def transforming() -> Any:
    """Return the package that alters the tables."""
    return import_module("assistant.schema.adopting.transforming")


def copies(*, keep_arrays: bool) -> list[str]:
    """Return the names of the tables that an adoption makes beside those of the migrations."""
    package = transforming()
    return [package.SET_ASIDE, *(package.ARRAYS.values() if keep_arrays else ())]


class Takeover:
    """An adoption, with the lock on migrations held.

    ``wanted`` are the names of embedding models by size, where they were given.
    """

    def __init__(
        self, lock: MigrationLock, *, wanted: dict[int, str], keep_arrays: bool, say: Say
    ) -> None:
        self.lock = lock
        self.connection = lock.connection
        self.wanted = wanted
        self.keep_arrays = keep_arrays
        self.say = say

    def run(self, stage: int) -> Any:
        """Adopt, and return the summary; try again where a table is in use.

        ``stage`` is the one that was announced.
        """
        while True:
            self.lock.check()
            try:
                with transaction.atomic(using=self.connection.alias, durable=True):
                    return self._run(stage)
            except DatabaseProblem as error:
                self._explain(error)
            if not self.lock.sleep(PAUSE):
                raise MigrationError(
                    f"A table was in use for {self.lock.wait:g} s; nothing was changed. Open "
                    f"transactions: {self.lock.blockers()}. Adopt when they have ended."
                )

    def _run(self, stage: int) -> Any:
        package = transforming()
        self._lock_tables(stage)
        found = inspect(
            self.connection, wanted=self.wanted, copies=copies(keep_arrays=self.keep_arrays)
        )
        if found.refused or found.stage != stage:
            lines = [each.line for each in found.refused]
            raise NotAdoptableError(
                "\n".join(["Changed by others meanwhile; nothing was adopted.", *lines])
            )
        package.set_aside_history(self.connection)
        self._migrate_first(package.PREREQUISITES[stage])
        summary = package.transform(
            self.connection,
            stage=stage,
            models=make_models(self.connection, found.models),
            keep_arrays=self.keep_arrays,
            say=self.say,
        )
        self._record(summary.migrations)
        self.lock.check()
        return summary

    def _lock_tables(self, stage: int) -> None:
        # All at once, before anything is read that must not change; in one order.
        with self.connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout TO '{conf.MIGRATE_LOCK_TIMEOUT:g}s'")
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [OWN_RECORDS])
            own = [OWN_RECORDS] if cursor.fetchone()[0] else []
            names = ", ".join([*tables_until(stage), *own])
            cursor.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")

    def _migrate_first(self, targets: Iterable[tuple[str, str]]) -> None:
        # What the tables need, such as Django's groups; by its own migrations.
        started = 0.0

        def progress(action: Any, migration: Any = None, fake: bool | None = False) -> None:
            nonlocal started
            if action == "apply_start":
                started = monotonic()
            elif action == "apply_success" and details.is_kept(self.connection):
                details.record(self.connection, migration, seconds=monotonic() - started)

        # One after the other: those that come once the details are kept have theirs.
        for target in targets:
            MigrationExecutor(self.connection, progress).migrate([target])

    def _record(self, keys: Iterable[tuple[str, str]]) -> None:
        recorder = MigrationRecorder(self.connection)
        migrations = MigrationExecutor(self.connection).loader.disk_migrations
        for key in keys:
            recorder.record_applied(*key)
            details.record(self.connection, migrations[key])

    def _explain(self, error: DatabaseProblem) -> None:
        # Go on only where somebody else has a table.
        if is_lock_timeout(error):
            text = "A table is in use; who waits for it goes first. Trying again in"
            self.say(f"{text} {PAUSE:g} s. Open transactions: {self.lock.blockers()}.")
            return
        name = self.connection.settings_dict["NAME"]
        told = explained(error, doing=f'Adoption of database "{name}", of which nothing is left')
        raise told or error from error
