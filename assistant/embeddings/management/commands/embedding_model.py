"""Change the embedding model while everybody searches."""

import json
import os
import sys
from collections.abc import Callable
from threading import Event
from typing import Any

from django.core.management.base import CommandError, CommandParser

from assistant.db.commands import DatabaseCommand
from assistant.embeddings.management.signals import signals
from assistant.embeddings.model_changes import printing
from assistant.embeddings.model_changes.activation import activate_model, refuse_incomplete
from assistant.embeddings.model_changes.adding import add_model
from assistant.embeddings.model_changes.advice import step_command
from assistant.embeddings.model_changes.arguments import add_arguments
from assistant.embeddings.model_changes.building import REST, Builder
from assistant.embeddings.model_changes.completeness import Completeness
from assistant.embeddings.model_changes.errors import (
    IncompleteModelError,
    ModelChangeError,
    UnsearchableModelError,
)
from assistant.embeddings.model_changes.finding import default_model, find_model
from assistant.embeddings.model_changes.liveness import take_back
from assistant.embeddings.model_changes.overlap import compare
from assistant.embeddings.model_changes.questions import read_questions, recent_questions
from assistant.embeddings.model_changes.retirement import check_retirable, retire_model
from assistant.embeddings.model_changes.states import model_states
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.queue.following import follow
from assistant.embeddings.queue.pacing import Pace
from assistant.embeddings.queue.reporting import JSONReporter, LineReporter, Reporter

# What a build leaves to everybody else on its machine.
NICENESS = 10


class Command(DatabaseCommand):
    """Add, build, activate and retire embedding models."""

    help = (
        "Change the embedding model: add NAME, build NAME, activate NAME, and retire the former "
        "one. Searches go on all the while. Each step can be interrupted, and goes on where it "
        "was when it is run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a step and what it needs."""
        add_arguments(parser)

    def handle(self, *, step: str, database: str, **options: Any) -> None:
        """Take the step."""
        run: Callable[..., None] = getattr(self, step)
        try:
            run(using=database, **options)
        except ModelChangeError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted; the same command goes on.") from None

    def add(self, *, using: str, name: str, no_check: bool, **options: Any) -> None:
        """Store a model."""
        fields = ("dimension", "backend", "model_path", "provider", "distance", "description")
        model = EmbeddingModel(name=name, **{field: options[field] for field in fields})
        add_model(model, using=using, is_tried=not no_check)
        self.stdout.write(
            f"{model.name} is added ({model.dimension} dimensions); texts are queued for it from "
            f"now on. Next: {step_command('build', model.name)}"
        )

    def build(self, *, using: str, name: str, **options: Any) -> None:
        """Compute a model's vectors and indexes."""
        model = find_model(name, using=using)
        if options["again"]:
            take_back(model)
        if getattr(self, "_called_from_command_line", False) and hasattr(os, "nice"):
            os.nice(NICENESS)
        reporter = self._reporter(as_json=options["json"])
        pace = Pace(rate=options["rate"], rest=0 if options["full_speed"] else REST)
        builder = Builder(
            model,
            using=using,
            pace=pace,
            index_workers=options["index_workers"],
            reporter=reporter,
        )
        with signals(builder.stop):
            built = builder.run()
        if options["json"]:
            self.stdout.write(json.dumps(printing.build_event(built)))
        else:
            self.stdout.write("\n".join(printing.build_lines(built)))
        if built.is_stopped:
            raise CommandError("Stopped; the same command goes on.")

    def activate(self, *, using: str, name: str, **options: Any) -> None:
        """Switch, after a look at what that changes."""
        model, former = find_model(name, using=using), default_model(using=using)
        if former is not None and former.pk == model.pk:
            self.stdout.write(f"{name} is the default already.")
            self._follow(model, using=using)
            return
        if model in EmbeddingModel.objects.using(using).live():
            if not options["force"]:
                refuse_incomplete(model, using=using)
            for line in printing.backlog_lines(Completeness(model, using)):
                self.stdout.write(line)
        if former is not None:
            self._compare(former, model, using=using, options=options)
        self._confirm(f"Search with {name} from now on?", options)
        switched = activate_model(model, using=using, is_forced=options["force"])
        self.stdout.write(f"{name} is the default now: every search uses it.")
        for row in switched:
            self.stdout.write(
                f"{row.name} is kept in step; back: {step_command('activate', row.name)}; "
                f"for good: {step_command('retire', row.name)}"
            )
        self._follow(model, using=using)

    def retire(self, *, using: str, name: str, grace: float, **options: Any) -> None:
        """Delete what a model has."""
        model = find_model(name, using=using)
        check_retirable(model)
        self._confirm(f"Delete the vectors and indexes of {name}?", options)
        reporter = self._reporter()
        stop = Event()
        with signals(stop):
            retired = retire_model(model, using=using, grace=grace, reporter=reporter, stop=stop)
        reporter.idle()
        if retired.is_stopped:
            raise CommandError("Stopped; the same command goes on.")
        self.stdout.write(
            f"{name} is retired: {retired.passages:,} passages and its indexes are gone. Its row "
            "stays, for the history."
        )

    def list(self, *, using: str, **options: Any) -> None:
        """Say how it stands with each model."""
        states = model_states(using=using)
        if options["json"]:
            self.stdout.write("\n".join(json.dumps(state) for state in states))
        else:
            self.stdout.write("\n".join(printing.state_lines(states)))

    def _compare(
        self, former: EmbeddingModel, model: EmbeddingModel, *, using: str, options: Any
    ) -> None:
        count, path = options["queries"], options["queries_file"]
        if not count:
            return
        questions = read_questions(path, count) if path else recent_questions(count, using=using)
        if not questions:
            self.stdout.write("There are no questions yet to compare the models by.")
            return
        self.stdout.write(f"Comparing by {len(questions)} questions: {questions.source}.")
        try:
            overlap = compare(former, model, questions, using=using)
        except UnsearchableModelError as error:
            # What cannot be had any more keeps nobody from changing to what can.
            if not options["force"] and error.model.pk != former.pk:
                raise IncompleteModelError(
                    f"The models cannot be compared: {error} (--queries 0 leaves that out)"
                ) from error
            self.stderr.write(self.style.WARNING(f"Not compared: {error}"))
            return
        lines = printing.overlap_lines(overlap, former.name, model.name)
        self.stdout.write("\n".join(lines))

    def _follow(self, model: EmbeddingModel, *, using: str) -> None:
        if count := follow(model, using=using):
            self.stdout.write(f"{count:,} documents have its vectors now.")

    def _confirm(self, question: str, options: Any) -> None:
        if options["yes"]:
            return
        if not sys.stdin.isatty():
            raise CommandError(f"{question} Nobody can be asked here: give --yes.")
        if input(f"{question} [y/N] ").strip().casefold() not in {"y", "yes"}:
            raise CommandError("Nothing was changed.")

    def _reporter(self, *, as_json: bool = False) -> Reporter:
        stream: Any = self.stdout._out  # without Django's line endings
        if as_json:
            return JSONReporter(stream)
        return LineReporter(stream, is_terminal=self.stdout.isatty())
