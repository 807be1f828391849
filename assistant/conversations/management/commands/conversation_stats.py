"""Verify or rebuild the statistics of conversations."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from assistant.conversations.statistics import StatisticsDifference, find_differences, rebuild
from assistant.db.commands import DatabaseCommand


class Command(DatabaseCommand):
    """Compare the statistics with a recount of all messages, and mend what differs."""

    help = (
        "Verify that the statistics of conversations equal a recount of their messages, or "
        "rebuild those that do not: after a restore, a disabled trigger or "
        "session_replication_role = replica."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do, and where."""
        parser.add_argument(
            "action",
            choices=["verify", "rebuild"],
            help="verify: list what differs, exit 1 if anything does; rebuild: mend it, online",
        )
        parser.add_argument(
            "--database",
            default=DEFAULT_DB_ALIAS,
            choices=list(connections),
            help="the alias of the database (default: %(default)s)",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a conversation")

    def handle(self, *, action: str, database: str, **options: Any) -> None:
        """Find the differences, print them, and mend them where told so."""
        found = []
        for difference in find_differences(using=database):
            found.append(difference.conversation_id)
            if action == "verify" or options["json"]:
                self.stdout.write(as_json(difference) if options["json"] else difference.describe())
        if action == "rebuild":
            self._rebuild(found, database=database, quiet=options["json"])
        elif found:
            raise CommandError(
                f"The statistics of {len(found)} conversations differ from a recount; "
                "to mend them: manage.py conversation_stats rebuild",
                returncode=1,
            )
        elif not options["json"]:
            self.stdout.write("The statistics of all conversations equal a recount.")

    def _rebuild(self, found: list[Any], *, database: str, quiet: bool) -> None:
        def show(done: int) -> None:
            if not quiet and (done % 1000 == 0 or done == len(found)):
                self.stdout.write(f"{done} of {len(found)} rebuilt")

        rebuild(found, using=database, progress=show)
        if not quiet and not found:
            self.stdout.write("Nothing to rebuild.")


def as_json(difference: StatisticsDifference) -> str:
    """Return the difference for machines; exact sums are text."""
    return json.dumps(
        {
            "conversation_id": difference.conversation_id,
            "stored": difference.stored,
            "counted": difference.counted,
        },
        default=str,
    )
