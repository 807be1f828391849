"""``manage.py schema``: what the database is, compared with the code."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.exceptions import BadMigrationError, NodeNotFoundError
from django.db.utils import Error as DatabaseProblem

from assistant.schema.migrating.refusals import told
from assistant.schema.subcommands import SUBCOMMANDS, UNDETERMINED


class Command(BaseCommand):
    """Hand over to a subcommand."""

    help = "Compare the database with the migrations of the code."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do, and with which database."""
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        for name, module in SUBCOMMANDS.items():
            subparser = commands.add_parser(name, help=module.help)
            module.add_arguments(subparser)
            subparser.add_argument(
                "--database",
                default=DEFAULT_DB_ALIAS,
                choices=tuple(connections),
                help="(default: %(default)s)",
            )

    def handle(self, *, command: str, database: str, **options: Any) -> None:
        """Do what the subcommand says, and exit with its code."""
        connection = connections[database]
        try:
            code = SUBCOMMANDS[command].run(self, connection, options)
        except DatabaseProblem as error:
            raise CommandError(str(told(connection, error)), returncode=UNDETERMINED) from error
        except (BadMigrationError, NodeNotFoundError) as error:
            text = f"The migrations of the code cannot be read: {error}"
            raise CommandError(text, returncode=UNDETERMINED) from error
        if code:
            raise SystemExit(code)
