"""Store files in the knowledge base."""

import json
import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from assistant.db.commands import DatabaseCommand
from assistant.embeddings.command_options import user_option
from assistant.embeddings.documents.finding import printable
from assistant.embeddings.documents.ingestion import ingest_paths
from assistant.embeddings.documents.reports import Report
from assistant.embeddings.documents.tags import parse_tags

# Seconds between two lines of progress.
PAUSE = 2.0


class Command(DatabaseCommand):
    """Read files and folders into documents, and keep these in step with the files."""

    help = (
        "Store files in the knowledge base: text, Markdown, HTML, source code, PDF and Office. "
        "Run again it changes what has changed; a file that has not costs a hash. Hidden files "
        "and folders, node_modules and the like, and links to folders are left out, unless named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to store, whose it is, and where."""
        parser.add_argument(
            "paths",
            nargs="+",
            metavar="PATH",
            help="a file, a folder, or a pattern: 'docs/**/*.md'",
        )
        parser.add_argument(
            "--user",
            metavar="USER",
            help="whose documents they are, by username or key (default: everybody's)",
        )
        parser.add_argument("--tags", default="", metavar="A,B", help="tags to add to each")
        parser.add_argument(
            "--prune",
            action="store_true",
            help="delete the same owner's documents of files below the given folders that are gone",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="read everything, and change nothing"
        )
        parser.add_argument("--json", action="store_true", help="the summary as a JSON object")
        parser.add_argument(
            "--database",
            default=DEFAULT_DB_ALIAS,
            choices=list(connections),
            help="the alias of the database (default: %(default)s)",
        )

    def handle(self, *, paths: list[str], database: str, **options: Any) -> None:
        """Store the files, and say what was done and what could not be read."""
        owner = user_option(options["user"], using=database)
        try:
            tags = parse_tags(options["tags"].split(","))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        show = Progress(self, quiet=options["json"] or options["verbosity"] == 0)
        try:
            report = ingest_paths(
                paths,
                owner=owner,
                tags=tags,
                prune=options["prune"],
                dry_run=options["dry_run"],
                using=database,
                progress=show,
            )
        except KeyboardInterrupt as error:
            raise CommandError(
                "Stopped. What was stored stays; run the same again to go on.", returncode=130
            ) from error
        show.problems(report)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json()))
        else:
            self._summarise(report, dry_run=options["dry_run"])
        if report.is_failure:
            wrong = len(report.missing) + len(report.failed)
            raise CommandError(f"{wrong} of the paths could not be read.", returncode=1)

    def _summarise(self, report: Report, *, dry_run: bool) -> None:
        for path in report.deleted:
            self.stdout.write(f"deleted: {printable(path)}")
        for note in report.notes:
            self.stdout.write(note)
        if report.skipped:
            kinds = ", ".join(f"{count} {name}" for name, count in report.skipped.most_common(12))
            more = ", …" if len(report.skipped) > 12 else ""
            self.stdout.write(f"Left out: {kinds}{more}.")
        tagged = f" ({report.tagged} got tags)" if report.tagged else ""
        self.stdout.write(
            f"{'Nothing is changed. It would be: ' if dry_run else ''}"
            f"{report.added} added, {report.changed} changed, "
            f"{report.unchanged} unchanged{tagged}, "
            f"{len(report.deleted)} deleted, {len(report.failed) + len(report.missing)} failed; "
            f"{report.chunks} new chunks; {report.bytes:,} bytes in {report.seconds:.1f} s."
        )


class Progress:
    """Write what failed at once, and now and then how far it is."""

    def __init__(self, command: BaseCommand, *, quiet: bool) -> None:
        self.command = command
        self.quiet = quiet
        self.shown: dict[int, int] = {}
        self.last = time.monotonic()

    def __call__(self, report: Report) -> None:
        """Show what is new, at most every few seconds."""
        now = time.monotonic()
        if self.quiet or now - self.last < PAUSE:
            return
        self.last = now
        self.problems(report)
        self.command.stdout.write(
            f"{report.files} files: {report.added} added, {report.changed} changed, "
            f"{report.unchanged} unchanged"
        )

    def problems(self, report: Report) -> None:
        """Name the files that could not be read."""
        if self.quiet:
            return
        for kind in (report.missing, report.failed):
            for problem in kind[self.shown.get(id(kind), 0) :]:
                self.command.stderr.write(f"failed: {problem}")
            self.shown[id(kind)] = len(kind)
