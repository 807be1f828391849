"""Migrating from Python, without a command line and perhaps without Django around."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import Error as DatabaseProblem

from assistant.schema.errors import MigrationError
from assistant.schema.migrating.refusals import told
from assistant.schema.runner.logs import LogLines
from assistant.schema.runner.standalone import set_up
from assistant.schema.runner.urls import alias_of

if TYPE_CHECKING:
    from assistant.schema.history.status import MigrationStatus

__all__ = ["MigrationRunner"]

Result = TypeVar("Result")


class MigrationRunner:
    """Runs migrations from asyncio code, beside a project's own or without any Django.

        runner = MigrationRunner("postgresql://user:password@host:5432/name")
        await runner.run_migrations()

    Where Django is not set up and ``DJANGO_SETTINGS_MODULE`` names no project, it is set up with
    the assistant's apps alone, for the rest of the process. In a project the migrations of all its
    apps are run; ``postgres_url`` may be left out for its default database. A driver in the URL's
    scheme, such as ``postgresql+asyncpg``, is ignored.

    Each method works in a thread, under the same lock as ``manage.py migrate``, and raises
    ``MigrationError`` with one line about what is wrong. A task that is cancelled leaves the
    thread at its work. Progress goes to the logger ``assistant.schema``.
    """

    def __init__(self, postgres_url: str | None = None) -> None:
        self.postgres_url = postgres_url

    async def run_migrations(self) -> list[str]:
        """Apply what is pending; return what this call applied, as ``app.name``, in order."""
        return await asyncio.to_thread(self._work, self._migrate)

    async def status(self) -> list[MigrationStatus]:
        """Return the applied migrations in their order, then the pending ones in theirs."""
        return await asyncio.to_thread(self._work, self._status)

    async def rollback(self, app: str, migration: str) -> list[str]:
        """Take back what came after a migration of an app; return that, as ``app.name``, in order.

        ``migration`` is a name, or as much of its beginning as is unique, or ``zero``. What
        depends on what is taken back goes with it.
        """
        return await asyncio.to_thread(
            self._work, lambda alias: self._go_back(alias, app, migration)
        )

    def _work(self, do: Callable[[str], Result]) -> Result:
        set_up(self.postgres_url)
        alias = alias_of(self.postgres_url) if self.postgres_url else DEFAULT_DB_ALIAS
        try:
            refuse_denied(alias)
            return do(alias)
        except MigrationError:
            raise
        except CommandError as error:
            raise MigrationError(str(error)) from error
        except DatabaseProblem as error:
            raise told(connections[alias], error) from error
        finally:
            connections.close_all()

    def _migrate(self, alias: str, *arguments: str) -> list[str]:
        from django.core.management import call_command  # noqa: PLC0415

        from assistant.schema.management.commands.migrate import Command  # noqa: PLC0415

        command = Command()
        with LogLines() as log:
            call_command(command, *arguments, database=alias, interactive=False, stdout=log)
        return command.done

    def _status(self, alias: str) -> list[MigrationStatus]:
        from assistant.schema.history.status import read_status  # noqa: PLC0415

        return read_status(connections[alias])

    def _go_back(self, alias: str, app: str, migration: str) -> list[str]:
        from assistant.schema.migrating.plans import refuse_forwards  # noqa: PLC0415

        refuse_forwards(connections[alias], app, migration)
        return self._migrate(alias, app, migration)


def refuse_denied(alias: str) -> None:
    """Raise ``MigrationError`` where the project's routers keep the apps out of a database."""
    from assistant.db.checks.databases import PACKAGE, holds_tables_of  # noqa: PLC0415

    if not holds_tables_of(PACKAGE, alias):
        raise MigrationError(
            f"The routers of the project (DATABASE_ROUTERS) let no table of {PACKAGE} into the "
            f'database "{connections.databases[alias]["NAME"]}" (alias {alias!r}): migrations '
            "would be recorded there and do nothing."
        )
