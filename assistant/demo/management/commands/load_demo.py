"""Load the demo data, or remove it."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections


class Command(BaseCommand):
    """Fill every page with something believable, or take it away again."""

    help = (
        "Load demo data: users who cannot log in, conversations over eight months, settings, "
        "models and a knowledge base. Run again it adds what is missing and changes nothing else. "
        "--remove deletes it; what you have made or had before stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which way, and where."""
        parser.add_argument("--remove", action="store_true", help="delete the demo data again")
        parser.add_argument(
            "--database",
            default=DEFAULT_DB_ALIAS,
            choices=list(connections),
            help="the alias of the database (default: %(default)s)",
        )

    def handle(self, *, remove: bool, database: str, **options: Any) -> None:
        """Load or remove, and say what was done."""
        if not apps.is_installed("assistant.conversations"):
            raise CommandError(
                "The demo data is about conversations: "
                'add "assistant.conversations" to INSTALLED_APPS.'
            )
        # Only now: without that app its models cannot be imported.
        from assistant.demo.services import DemoError, load_demo, remove_demo  # noqa: PLC0415

        try:
            run = (remove_demo if remove else load_demo)(using=database)
        except DemoError as error:
            raise CommandError(str(error)) from error
        counts = ", ".join(f"{count} {kind}" for kind, count in run.counts.items() if count)
        if remove:
            self.stdout.write(f"Removed: {counts}." if counts else "No demo data is here.")
        else:
            self.stdout.write(
                f"Loaded: {counts}." if counts else "The demo data is loaded; nothing is missing."
            )
        for note in run.notes:
            self.stdout.write(note)
        if not remove:
            where = "" if database == DEFAULT_DB_ALIAS else f" --database {database}"
            self.stdout.write(f"To remove it again: manage.py load_demo --remove{where}")
