"""Take edited migrations for what was applied."""

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from assistant.schema.history.status import accept_edits

help = "take edited migrations of an app for what was applied"  # noqa: A001


def add_arguments(parser: ArgumentParser) -> None:
    """Take the app, and perhaps one migration of it."""
    parser.add_argument("app_label", metavar="APP")
    parser.add_argument("migration_name", metavar="MIGRATION", nargs="?")


def run(command: BaseCommand, connection: Any, options: dict[str, Any]) -> int:
    """Accept, and say what."""
    app_label, name = options["app_label"], options["migration_name"]
    try:
        apps.get_app_config(app_label)
    except LookupError as error:
        raise CommandError(str(error)) from error
    accepted = accept_edits(connection, app=app_label, name=name)
    if not accepted:
        which = f"{app_label}.{name} is not" if name else f"No migration of {app_label} is"
        raise CommandError(f"{which} edited since it was applied.")
    for each in accepted:
        command.stdout.write(f"Accepted {each}.")
    return 0
