"""Make a migration of SQL."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistant.schema.writing.files import NewMigrationError, plan_sql_migration, write_migration


class Command(BaseCommand):
    """Write the migration and the two SQL files that it runs."""

    help = (
        "Write the next migration of an app: one that runs an SQL file and, backwards, its "
        "reverse. Both files wait for you to write them."
    )
    # A migration that is not finished is no reason not to make one.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the app and what the migration does."""
        parser.add_argument("app", help="the label of an installed app, or its package")
        parser.add_argument("name", help="what it does, as verb_object: create_notes")
        parser.add_argument(
            "--model",
            metavar="NAME",
            help="a model of the app whose table the SQL is about: routers answer for it, and "
            "where it is swapped nothing is run (without: they answer for the app)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="write nothing, show what would be written"
        )

    def handle(
        self, *, app: str, name: str, model: str | None, dry_run: bool, **options: Any
    ) -> None:
        """Write the files and say where they are."""
        try:
            migration = plan_sql_migration(app=app, name=name, model=model)
            if not dry_run:
                write_migration(migration=migration)
        except NewMigrationError as error:
            raise CommandError(str(error)) from error
        for path, text in migration.files.items():
            self.stdout.write(relative(path))
            if dry_run:
                self.stdout.write(text)
        if not dry_run:
            self.stdout.write("Write the SQL, then: manage.py migrate")


def relative(path: Path) -> str:
    """Return a path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
