"""List the migrations, and what differs from the code."""

import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from assistant.schema.history.status import MigrationStatus, read_status

help = (  # noqa: A001
    "list the migrations; exit code 0 if the database has what the code has, 1 if it has not, "
    "2 if that cannot be told"
)

WAYS_OUT = {
    "pending": "in the code, not in the database: run manage.py migrate",
    "edited": "not what was applied: restore the files, or, where the edit changes nothing in the "
    "database, run manage.py schema accept APP",
    "unknown": "in the database, not in the code: run the code that has them, or, where they were "
    "deleted on purpose, manage.py migrate APP --prune; of an app that is installed no more, "
    "DELETE FROM django_migrations WHERE app = 'APP'",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Take the format."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(command: BaseCommand, connection: Any, options: dict[str, Any]) -> int:
    """Print, and return 1 if anything differs."""
    migrations = read_status(connection)
    problems: Counter[str] = Counter(each.state for each in migrations if each.state != "applied")
    if options["json"]:
        document = {
            "database": connection.alias,
            "up_to_date": not problems,
            "migrations": [each.as_json() for each in migrations],
        }
        command.stdout.write(json.dumps(document, indent=2))
    else:
        for each in migrations:
            text = line(each)
            command.stdout.write(text if each.state == "applied" else command.style.WARNING(text))
        for text in summary(connection.alias, problems):
            command.stdout.write(text)
    return 1 if problems else 0


def line(each: MigrationStatus) -> str:
    """Return one migration's line."""
    version = "" if each.version is None else str(each.version)
    applied = f"{each.applied_at:%Y-%m-%d %H:%M:%S}" if each.applied_at else ""
    took = "" if each.duration is None else f"{each.duration.total_seconds():.3f} s"
    state = "" if each.state == "applied" else each.state
    return f"{version:>4}  {applied:19}  {took:>10}  {state:7}  {each.app}.{each.name}"


def summary(database: str, problems: Counter[str]) -> list[str]:
    """Return how many differ, and what to do about them."""
    if not problems:
        return [f'Database "{database}" has the migrations of the code, and no others.']
    return [
        f"{problems[state]} {state}, {way_out}."
        for state, way_out in WAYS_OUT.items()
        if problems[state]
    ]
