"""Measure search on questions whose answers are known."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from assistant.db.commands import DatabaseCommand
from assistant.embeddings.backends import EmbeddingError
from assistant.embeddings.command_options import model_option, tags_option, user_option
from assistant.embeddings.evaluation import reporting
from assistant.embeddings.evaluation.arguments import MODES, add_arguments
from assistant.embeddings.evaluation.comparing import Comparison, compare_evaluations
from assistant.embeddings.evaluation.files import FileError
from assistant.embeddings.evaluation.judgements import read_judgements
from assistant.embeddings.evaluation.progress import Progress
from assistant.embeddings.evaluation.queries import read_queries
from assistant.embeddings.evaluation.questions import NothingToMeasureError, Questions, prepare
from assistant.embeddings.evaluation.results import Evaluation
from assistant.embeddings.evaluation.running import DEPTH, FallbackError, Searcher, evaluate
from assistant.embeddings.evaluation.runs import run_paths, write_run
from assistant.embeddings.evaluation.storing import latest, named, parameters_of, save
from assistant.embeddings.search.requests import SOURCES

WAY_OUT = " With --mode keyword --no-rerank no model is needed."


class Command(DatabaseCommand):
    """Print nDCG@10, recall@100, MRR and latency of each mode, and what differs."""

    help = (
        "Measure search on questions whose relevant messages or documents are known: nDCG@10, "
        "recall@100, MRR and latency of each mode, and the questions where the modes differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the files, how to search, and what to do with the figures."""
        add_arguments(parser)

    def handle(self, *, queries: str, qrels: str, database: str, **options: Any) -> None:
        """Read, search, print and store."""
        if queries == qrels == "-":
            raise CommandError("Only one of QUERIES and QRELS can be -, standard input.")
        self.quiet = options["verbosity"] == 0
        user = user_option(options["user"], using=database)
        searcher = Searcher(
            user=user,
            sources=_sources(options["sources"]),
            tags=tags_option(options["tags"]),
            embedding_model=model_option(options["model"], using=database),
            rerank=options["rerank"],
            using=database,
        )
        evaluation = Evaluation(
            name=(options["name"] or _label(queries)).replace("\0", "")[:255],
            modes=tuple(mode for mode in MODES if mode in (options["mode"] or MODES)),
            depth=DEPTH,
        )
        evaluation.parameters = parameters_of(searcher, evaluation.modes)
        former = self._former(options["compare"], database=database)
        try:
            paths = run_paths(options["run"], evaluation.modes) if options["run"] else {}
            questions = prepare(
                read_queries(queries), read_judgements(qrels), user=user, using=database
            )
        except (FileError, NothingToMeasureError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted; nothing was measured.", returncode=130) from None
        evaluation.notes = questions.notes
        for note in questions.notes:
            self.stderr.write(self.style.WARNING(note))
        stopped = self._evaluate(questions, evaluation, searcher)
        stored = None
        if stopped is None:
            self._write_runs(paths, evaluation, questions)
            if not options["no_save"]:
                stored = self._save(evaluation, database=database)
        if evaluation.answers:
            self._report(evaluation, former, stored, options)
        if stopped is not None:
            raise stopped

    def _evaluate(
        self, questions: Questions, evaluation: Evaluation, searcher: Searcher
    ) -> CommandError | None:
        """Ask everything; return what ended it before that."""
        total = len(questions.items)
        way_out = ""
        write = (lambda line: None) if self.quiet else self.stderr.write
        try:
            evaluate(questions.items, evaluation, searcher, progress=Progress(write, total=total))
        except KeyboardInterrupt:
            problem, code = "Interrupted", 130
        except (EmbeddingError, FallbackError) as error:
            problem, code = _first_line(error), 1
            way_out = WAY_OUT if set(evaluation.modes) != {"keyword"} else ""
        except (ValueError, DatabaseError) as error:
            problem, code = _first_line(error), 1
        else:
            return None
        done = len(evaluation.answers)
        return CommandError(
            f"{problem}, after {done:,} of {total:,} questions; nothing is stored."
            if done
            else f"{problem}. Nothing was measured.{way_out}",
            returncode=code,
        )

    def _write_runs(
        self, paths: dict[str, Path], evaluation: Evaluation, questions: Questions
    ) -> None:
        names = {question.key: question.names for question in questions.items}
        try:
            for mode, path in paths.items():
                rankings = evaluation.rankings(mode)
                write_run(path, rankings, names=names, tag=f"{evaluation.name}-{mode}")
        except FileError as error:
            # The figures are there: they are worth more than the file.
            self.stderr.write(self.style.ERROR(str(error)))

    def _save(self, evaluation: Evaluation, *, database: str) -> Any:
        try:
            return save(evaluation, using=database)
        except DatabaseError as error:
            self.stderr.write(self.style.ERROR(f"Not stored: {_first_line(error)}."))
            return None

    def _report(
        self, evaluation: Evaluation, former: Any, stored: Any, options: dict[str, Any]
    ) -> None:
        comparisons: dict[str, Comparison] = {}
        if former is not None:
            comparisons = compare_evaluations(
                evaluation.per_query, former.per_query, evaluation.modes
            )
        if options["json"]:
            found = reporting.as_json(evaluation, comparisons, stored=stored, former=former)
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        lines = reporting.lines(
            evaluation, comparisons, stored=stored, former=former, every=options["per_query"]
        )
        for line in lines:
            self.stdout.write(line)

    def _former(self, name: str | None, *, database: str) -> Any:
        if name is None:
            return None
        found = named(name, using=database)
        if found is None:
            known = ", ".join(latest(using=database)) or "none is stored yet"
            raise CommandError(f"There is no evaluation {name!r} to compare with: {known}.")
        return found


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [repr(error)])[0].rstrip(".")


def _sources(text: str | None) -> list[str]:
    chosen = [name.strip() for name in text.split(",")] if text is not None else list(SOURCES)
    if unknown := [name for name in chosen if name not in SOURCES]:
        raise CommandError(
            f"--sources has {', '.join(map(repr, unknown))}: some of {','.join(SOURCES)} is "
            "expected."
        )
    return chosen


def _label(path: str) -> str:
    return "standard input" if path == "-" else Path(path).name
