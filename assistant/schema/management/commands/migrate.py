"""``migrate``, safe for any number of processes at once."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.core.management.base import CommandParser, OutputWrapper
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.utils import Error as DatabaseProblem

from assistant.conf import conf
from assistant.schema.history import details
from assistant.schema.migrating.locks import MigrationLock
from assistant.schema.migrating.plans import backward_plan
from assistant.schema.migrating.refusals import explained, is_lock_timeout
from assistant.schema.migrating.rollback import refuse_irreversible
from assistant.schema.migrating.steps import Steps
from assistant.schema.migrating.tries import Tries
from assistant.schema.migrating.unadopted import refuse_unadopted

FIRST = ("assistant_schema", "0001_create_schema_migrations")


class Command(DjangoMigrate):
    """Django's ``migrate`` under a lock, each migration recorded with what it was."""

    steps: Steps | None = None
    lock: MigrationLock
    wait: float

    @property
    def done(self) -> list[str]:
        """Return what was applied, or taken back, as ``app.name``, in order."""
        return self.steps.done if self.steps else []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take Django's options, and how long to wait."""
        super().add_arguments(parser)
        parser.add_argument(
            "--wait",
            type=float,
            metavar="SECONDS",
            help="how long to wait for another migrate, and for tables that are in use "
            "(default: the setting ASSISTANT['MIGRATE_WAIT'])",
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Take the lock, then do as Django does, checks included.

        The plan is made under the lock, and who waits has one connection to the server.
        """
        connection = connections[options["database"]]
        self.steps = None
        looks_only = options["plan"] or options["check_unapplied"]
        if looks_only or connection.vendor != "postgresql":
            return super().execute(*args, **options)
        self.wait = conf.MIGRATE_WAIT if options["wait"] is None else options["wait"]
        if options.get("stdout"):
            self.stdout = OutputWrapper(options["stdout"])
        self.verbosity = options["verbosity"]
        with MigrationLock(connection, wait=self.wait, say=self._say) as self.lock:
            self.steps = Steps(connection, self.lock)
            return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; start again where a table was in use."""
        if self.steps is None:
            super().handle(*args, **options)
            return
        tries = Tries(limit=self.wait)
        while not self._try(self.steps, tries, *args, **options):
            tries.pause()

    def migration_progress_callback(
        self, action: Any, migration: Any = None, fake: bool = False
    ) -> None:
        """Frame each migration."""
        steps = self.steps
        if steps and action in {"apply_start", "unapply_start"}:
            steps.begin(migration)
        if steps and action in {"apply_success", "unapply_success"}:
            steps.end(migration, forwards=action == "apply_success")
        super().migration_progress_callback(action, migration, fake)

    def _try(self, steps: Steps, tries: Tries, *args: Any, **options: Any) -> bool:
        # Return whether it is done; False where a table was in use, and there is time left.
        connection = steps.connection
        try:
            if not (options["app_label"] or options["fake"] or options["fake_initial"]):
                self._keep_details_first(connection)
            refuse_irreversible(connection, backward_plan(connection, options))
            super().handle(*args, **options)
            if details.is_kept(connection):
                details.complete(connection)
        except BaseException as error:
            migration = steps.current
            steps.abandon(error)
            if migration and self.verbosity >= 1:
                self.stdout.write("")  # ends the line that names it
            if not isinstance(error, DatabaseProblem):
                raise
            if migration and migration.atomic and is_lock_timeout(error):
                self._say(tries.another(migration, self.lock.blockers()))
                return False
            doing = str(migration) if migration else f'Database "{steps.name}"'
            if told := explained(error, doing=doing):
                raise told from error
            raise
        return True

    def _keep_details_first(self, connection: Any) -> None:
        # Of every migration after it, then. Not by an executor: nothing is before it, and to load
        # all migrations twice takes longer than the rest of what the lock costs.
        if details.is_kept(connection):
            return
        recorder = MigrationRecorder(connection)
        package, _ = MigrationLoader.migrations_module(FIRST[0])
        applied = recorder.applied_migrations()
        if package is None or FIRST in applied:
            return
        if not any(app.startswith("assistant_") for app, _ in applied):
            refuse_unadopted(connection)
        migration = import_module(f"{package}.{FIRST[1]}").Migration(FIRST[1], FIRST[0])
        recorder.ensure_schema()
        self.migration_progress_callback("apply_start", migration)
        with connection.schema_editor(atomic=True) as editor:
            migration.apply(ProjectState(), editor)
        recorder.record_applied(*FIRST)
        self.migration_progress_callback("apply_success", migration)

    def _say(self, text: str) -> None:
        if self.verbosity >= 1:
            self.stdout.write(text)
            self.stdout.flush()
