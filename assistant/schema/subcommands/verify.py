"""Compare what the database holds with what the migrations make."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from assistant.schema.catalog.verifying import Verified
from assistant.schema.catalog.verifying import verify as compare
from assistant.schema.errors import MigrationError

help = (  # noqa: A001
    "compare the database's catalog with what the migrations make; exit code 0 if it is the same, "
    "1 if it differs, 2 if that cannot be told"
)


def add_arguments(parser: ArgumentParser) -> None:
    """Take the format."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(command: BaseCommand, connection: Any, options: dict[str, Any]) -> int:
    """Print, and return 1 if anything differs but for notices."""
    if connection.vendor != "postgresql":
        raise MigrationError(
            f'Database "{connection.alias}" is no PostgreSQL: there is nothing to compare.',
            returncode=2,
        )
    verified = compare(connection)
    if options["json"]:
        command.stdout.write(json.dumps(document(connection.alias, verified), indent=2))
    else:
        for each in verified.differences:
            if each.level == "notice":
                command.stdout.write(f"Notice: {each}")
            else:
                command.stdout.write(
                    command.style.WARNING(f"{str(each)[0].upper()}{str(each)[1:]}")
                )
        for line in summary(connection.alias, verified):
            command.stdout.write(line)
    return 1 if verified.faults else 0


def document(database: str, verified: Verified) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    return {
        "database": database,
        "schema": verified.schema,
        "apps": verified.apps,
        "same": not verified.faults,
        "differences": [each.as_json() for each in verified.differences],
    }


def summary(database: str, verified: Verified) -> list[str]:
    """Return how many differ, and what was not looked at."""
    lines = []
    if not verified.reads_migrations:
        lines.append(
            "This role may not read django_migrations: it is taken for granted that every "
            "migration is applied."
        )
    if not verified.apps:
        lines.append(f'Database "{database}" is to hold no tables of ours.')
    elif not verified.faults:
        lines.append(f'Database "{database}" holds what the migrations make.')
    else:
        count = len(verified.faults)
        lines.append(f"{count} difference{'s' if count > 1 else ''}.")
    return lines
