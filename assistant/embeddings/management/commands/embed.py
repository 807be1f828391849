"""Compute the vectors of what is new or has changed."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from assistant.db.commands import DatabaseCommand
from assistant.embeddings.management.signals import signals
from assistant.embeddings.model_changes.advice import step_command
from assistant.embeddings.models import EmbeddingModel, EmbeddingQueueItem
from assistant.embeddings.queue.counting import count_left
from assistant.embeddings.queue.reporting import JSONReporter, LineReporter, Reporter
from assistant.embeddings.queue.services import retry_failed
from assistant.embeddings.queue.worker import Worker


class Command(DatabaseCommand):
    """Work off the embedding queue, once or for as long as it runs."""

    help = (
        "Compute the vectors of messages and documents that are new or have changed, for each "
        "active embedding model. Any number of these may run at the same time. Ctrl-C or SIGTERM "
        "ends it after the batch in hand; a second one at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which models, how much, and for how long."""
        parser.add_argument(
            "--model",
            action="append",
            default=[],
            metavar="NAME",
            help="only this model's texts (may be given several times)",
        )
        parser.add_argument("--limit", type=int, metavar="N", help="end after so many texts")
        parser.add_argument(
            "--watch", action="store_true", help="stay, and embed whatever is written"
        )
        parser.add_argument(
            "--retry-failed", action="store_true", help="first queue again what has failed"
        )
        parser.add_argument(
            "--json", action="store_true", help="progress as JSON, an object a line"
        )
        parser.add_argument(
            "--database",
            default=DEFAULT_DB_ALIAS,
            choices=list(connections),
            help="the alias of the database (default: %(default)s)",
        )

    def handle(self, *, database: str, limit: int | None, watch: bool, **options: Any) -> None:
        """Work, and say what was done and what is left."""
        names = options["model"]
        if limit is not None and limit < 1:
            raise CommandError(f"--limit is {limit}: a number above 0 is expected.")
        reporter = self._reporter(as_json=options["json"])
        worker = Worker(using=database, names=names, limit=limit, reporter=reporter)
        try:
            self._check_names(names, database)
            if options["retry_failed"]:
                failed = EmbeddingQueueItem.objects.using(database).failed()
                if names:
                    failed = failed.filter(embedding_model__name__in=names)
                reporter.say(f"{retry_failed(items=failed):,} failed texts are queued again.")
            if not names:
                self._name_others(reporter, database)
            with signals(worker.stop):
                (worker.watch if watch else worker.run)()
            reporter.end(count_left(model_ids=[m.pk for m in worker.models()], using=database))
        except KeyboardInterrupt:
            raise CommandError("Interrupted; what was in hand is queued again.") from None
        if worker.problems:
            # Each was said when it came up.
            models = ", ".join(worker.problems)
            raise CommandError(
                f"Not embedded: {models}. {next(iter(worker.problems.values()))}"
                if not watch
                else f"Not embedded: {models}.",
                returncode=1,
            )

    def _reporter(self, *, as_json: bool) -> Reporter:
        stream: Any = self.stdout._out  # without Django's line endings
        if as_json:
            return JSONReporter(stream)
        return LineReporter(stream, is_terminal=self.stdout.isatty())

    def _name_others(self, reporter: Reporter, database: str) -> None:
        live = EmbeddingModel.objects.using(database).live()
        built = live.exclude(pk__in=live.in_use().values("pk")).order_by("name")
        for name in built.values_list("name", flat=True):
            reporter.say(f"{name} is being built, by: {step_command('build', name)}")

    def _check_names(self, names: list[str], database: str) -> None:
        models = EmbeddingModel.objects.using(database).live()
        live = list(models.order_by("name").values_list("name", flat=True))
        for name in names:
            if name not in live:
                known = ", ".join(live) or "none"
                raise CommandError(
                    f'No active embedding model is called "{name}"; there is {known}.'
                )
