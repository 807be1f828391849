"""Look at the statistics that ranking by words needs, or count again."""

from typing import Any

from django.core.management.base import CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from assistant.db.commands import DatabaseCommand
from assistant.embeddings.search.statistics import counted, refresh_statistics, unsettled_changes


class Command(DatabaseCommand):
    """Print what is known of all passages, after counting again where asked to."""

    help = (
        "Print how many passages each embedding model has, how long they are and how many words "
        "they hold. Triggers keep these numbers; after a restore or a load without triggers, count "
        "again by --refresh."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to count again, and where."""
        parser.add_argument(
            "--refresh",
            action="store_true",
            help="count all passages again, while others write, and say what was wrong",
        )
        parser.add_argument(
            "--database",
            default=DEFAULT_DB_ALIAS,
            choices=list(connections),
            help="the alias of the database (default: %(default)s)",
        )

    def handle(self, *, refresh: bool, database: str, **options: Any) -> None:
        """Do it."""
        if refresh:
            self._refresh(database)
        rows = counted(using=database)
        for row in rows:
            self.stdout.write(
                f"{row.embedding_model}, {row.source}: {row.passages} passages of"
                f" {row.mean_length:.0f} bytes on average, {row.words} different words"
            )
        if not rows:
            self.stdout.write("No passages are counted.")
        self.stdout.write(f"{unsettled_changes(using=database)} changes are not added up yet.")

    def _refresh(self, database: str) -> None:
        wrong = refresh_statistics(using=database)
        if not (wrong.passages or wrong.words):
            self.stdout.write(self.style.SUCCESS("The statistics were right."))
            return
        self.stdout.write(
            self.style.WARNING(
                f"The statistics were wrong, and are right now: {wrong.passages} passages were"
                f" missing or too many, and the numbers of {wrong.words} words differed."
            )
        )
