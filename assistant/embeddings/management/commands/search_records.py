"""Delete what was recorded of searches, or export it for evaluations."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.timezone import now

from assistant.conf import conf
from assistant.db.commands import DatabaseCommand
from assistant.embeddings.models import SearchRecord
from assistant.embeddings.record_querysets import Judgement
from assistant.embeddings.search.retention import MAX_DAYS, prune_searches


class Command(DatabaseCommand):
    """Prune the recorded searches, or write their questions and judgements."""

    help = (
        "Delete the searches that were recorded longer ago than RECORD_DAYS, or write the "
        "questions and what was rated and opened of their hits as files for evaluate_search."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do, and where."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="prune|export")
        prune = actions.add_parser("prune", help="delete old searches with their events")
        prune.add_argument("--days", type=int, help="older than that (default: RECORD_DAYS)")
        export = actions.add_parser(
            "export", help="write QUERIES (id, tab, text) and QRELS (TREC) for evaluate_search"
        )
        export.add_argument("queries", metavar="QUERIES", help="a file to be written")
        export.add_argument("qrels", metavar="QRELS", help="a file to be written")
        export.add_argument("--days", type=int, help="only the searches of so many days")
        export.add_argument(
            "--rated", action="store_true", help="leave out what was only opened and never rated"
        )
        for each in (prune, export):
            each.add_argument(
                "--database",
                default=DEFAULT_DB_ALIAS,
                choices=list(connections),
                help="the alias of the database (default: %(default)s)",
            )

    def handle(self, *, action: str, days: int | None, database: str, **options: Any) -> None:
        """Do it, and say how much there was."""
        if days is not None and not 0 <= days <= MAX_DAYS:
            raise CommandError(f"--days is {days}: a number from 0 to {MAX_DAYS} is expected.")
        if action == "prune":
            count = prune_searches(using=database, days=days)
            self.stdout.write(f"{count} searches were deleted.")
        else:
            self._export(days=days, database=database, **options)

    def _export(
        self, *, queries: str, qrels: str, days: int | None, database: str, **options: Any
    ) -> None:
        rows = SearchRecord.objects.using(database)
        if days is not None:
            rows = rows.between(now() - timedelta(days=days))
        judgements = rows.judgements(opened=not options["rated"])
        try:
            with Path(queries).open("x", encoding="utf-8") as asked:
                try:
                    with Path(qrels).open("x", encoding="utf-8") as judged:
                        counts = _write(judgements, asked=asked, judged=judged)
                except OSError:
                    Path(queries).unlink()
                    raise
        except FileExistsError as error:
            raise CommandError(
                f"{error.filename} is there already: name a new file, or delete it first."
            ) from error
        except OSError as error:
            raise CommandError(
                f"{error.filename} cannot be written: {error.strerror or error}."
            ) from error
        self._say(*counts)

    def _say(self, questions: int, judgements: int) -> None:
        self.stdout.write(f"{questions} questions and {judgements} judgements were written.")
        if not questions and conf.RECORD_SEARCHES != "text":
            self.stderr.write(
                self.style.WARNING(
                    "Only questions whose text is recorded can be exported: set "
                    'ASSISTANT["RECORD_SEARCHES"] to "text".'
                )
            )


def _write(judgements: Iterable[Judgement], *, asked: IO[str], judged: IO[str]) -> tuple[int, int]:
    questions, count, last = 0, 0, None
    for query_id, query, source, rating in judgements:
        if query_id != last:
            asked.write(f"{query_id}\t{' '.join(query.split())}\n")
            questions, last = questions + 1, query_id
        judged.write(f"{query_id} 0 {source} {rating}\n")
        count += 1
    return questions, count
