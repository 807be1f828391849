"""``manage.py schema``: what the database is, compared with the code."""

import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.exceptions import BadMigrationError, NodeNotFoundError
from django.db.utils import Error as DatabaseProblem

from assistant.schema.history.status import MigrationStatus, accept_edits, read_status
from assistant.schema.migrating.refusals import told

UP_TO_DATE, DIFFERS, UNDETERMINED = 0, 1, 2

WAYS_OUT = {
    "pending": "in the code, not in the database: run manage.py migrate",
    "edited": "not what was applied: restore the files, or, where the edit changes nothing in the "
    "database, run manage.py schema accept APP",
    "unknown": "in the database, not in the code: run the code that has them, or, where they were "
    "deleted on purpose, manage.py migrate APP --prune; of an app that is installed no more, "
    "DELETE FROM django_migrations WHERE app = 'APP'",
}


class Command(BaseCommand):
    """Show which migrations are applied, pending, edited or unknown."""

    help = "Compare the database with the migrations of the code."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do, and with which database."""
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        status = commands.add_parser(
            "status",
            help="list the migrations; exit code 0 if the database is what the code says, "
            "1 if it is not, 2 if that cannot be told",
        )
        status.add_argument("--json", action="store_true", help="print JSON")
        accept = commands.add_parser(
            "accept", help="take edited migrations of an app for what was applied"
        )
        accept.add_argument("app_label", metavar="APP")
        accept.add_argument("migration_name", metavar="MIGRATION", nargs="?")
        for each in (status, accept):
            add_database(each)

    def handle(self, *, command: str, database: str, **options: Any) -> None:
        """Do what the subcommand says."""
        connection = connections[database]
        try:
            if command == "status":
                self._show(database, read_status(connection), as_json=options["json"])
            else:
                self._accept(connection, options["app_label"], options["migration_name"])
        except DatabaseProblem as error:
            raise CommandError(str(told(connection, error)), returncode=UNDETERMINED) from error
        except (BadMigrationError, NodeNotFoundError) as error:
            text = f"The migrations of the code cannot be read: {error}"
            raise CommandError(text, returncode=UNDETERMINED) from error

    def _show(self, database: str, migrations: list[MigrationStatus], *, as_json: bool) -> None:
        problems: Counter[str] = Counter(
            each.state for each in migrations if each.state != "applied"
        )
        if as_json:
            document = {
                "database": database,
                "up_to_date": not problems,
                "migrations": [each.as_json() for each in migrations],
            }
            self.stdout.write(json.dumps(document, indent=2))
        else:
            for each in migrations:
                self.stdout.write(self._line(each))
            self._sum_up(database, problems)
        if problems:
            raise SystemExit(DIFFERS)

    def _line(self, each: MigrationStatus) -> str:
        version = "" if each.version is None else str(each.version)
        applied = f"{each.applied_at:%Y-%m-%d %H:%M:%S}" if each.applied_at else ""
        took = "" if each.duration is None else f"{each.duration.total_seconds():.3f} s"
        state = "" if each.state == "applied" else each.state
        line = f"{version:>4}  {applied:19}  {took:>10}  {state:7}  {each.app}.{each.name}"
        return self.style.WARNING(line) if state else line

    def _sum_up(self, database: str, problems: Counter[str]) -> None:
        for state, way_out in WAYS_OUT.items():
            if count := problems[state]:
                self.stdout.write(f"{count} {state}, {way_out}.")
        if not problems:
            self.stdout.write(
                f'Database "{database}" has the migrations of the code, and no others.'
            )

    def _accept(self, connection: Any, app_label: str, name: str | None) -> None:
        try:
            apps.get_app_config(app_label)
        except LookupError as error:
            raise CommandError(str(error)) from error
        accepted = accept_edits(connection, app=app_label, name=name)
        if not accepted:
            which = f"{app_label}.{name} is not" if name else f"No migration of {app_label} is"
            raise CommandError(f"{which} edited since it was applied.")
        for each in accepted:
            self.stdout.write(f"Accepted {each}.")


def add_database(parser: ArgumentParser) -> None:
    """Take which database."""
    parser.add_argument(
        "--database",
        default=DEFAULT_DB_ALIAS,
        choices=tuple(connections),
        help="(default: %(default)s)",
    )
