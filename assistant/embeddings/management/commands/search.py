"""Search what was said and what is known."""

import json
from argparse import BooleanOptionalAction
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.dateparse import parse_date, parse_datetime

from assistant.db.commands import DatabaseCommand
from assistant.db.search import HIGHLIGHT_END, HIGHLIGHT_START
from assistant.embeddings.backends import EmbeddingError
from assistant.embeddings.command_options import model_option, tags_option, user_option
from assistant.embeddings.search import Hit, Hits, search
from assistant.embeddings.search.requests import MODES, SOURCES

MARKS = HIGHLIGHT_START + HIGHLIGHT_END


class Command(DatabaseCommand):
    """Print the passages that answer a question, the best first."""

    help = (
        "Search messages and documents by meaning and by words. Without --user everybody's are "
        "searched."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the question and what narrows the search."""
        parser.add_argument(
            "query", nargs="+", help='a question; "quoted phrases" and -exclusions are understood'
        )
        parser.add_argument(
            "--user", help="search as this user, by username or key: their own and what is shared"
        )
        parser.add_argument("--mode", choices=MODES, default="hybrid")
        parser.add_argument("--limit", type=int, default=10, help="hits (default: %(default)s)")
        parser.add_argument(
            "--source",
            action="append",
            choices=SOURCES,
            help="only these (default: messages and documents)",
        )
        parser.add_argument("--conversation", help="only in this conversation, by its key")
        parser.add_argument("--tags", help="only documents that have all of these: A,B")
        parser.add_argument("--since", help="only what is from this day or time on: 2024-05-31")
        parser.add_argument(
            "--filter",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="a filter that an app has registered",
        )
        parser.add_argument(
            "--model", metavar="NAME", help="with this embedding model (default: the one in use)"
        )
        parser.add_argument(
            "--rerank",
            action=BooleanOptionalAction,
            help="with the re-ranker, or without the one that is set",
        )
        parser.add_argument(
            "--why", action="store_true", help="also how it was searched, and what that took"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a hit")
        parser.add_argument(
            "--database",
            default=DEFAULT_DB_ALIAS,
            choices=list(connections),
            help="the alias of the database (default: %(default)s)",
        )

    def handle(self, *, query: list[str], database: str, **options: Any) -> None:
        """Search, and print the hits."""
        try:
            hits = search(
                " ".join(query),
                user=user_option(options["user"], using=database),
                sources=options["source"] or SOURCES,
                conversation=options["conversation"],
                tags=tags_option(options["tags"]),
                since=_moment(options["since"]),
                limit=options["limit"],
                mode=options["mode"],
                filters=_filters(options["filter"]),
                embedding_model=model_option(options["model"], using=database),
                rerank=options["rerank"],
                using=database,
            )
        except (EmbeddingError, ValueError) as error:
            raise CommandError(str(error)) from error
        if hits.note:
            self.stderr.write(self.style.WARNING(hits.note))
        self._print(hits, as_json=options["json"])
        if options["why"]:
            self.stderr.write(_explained(hits))

    def _print(self, hits: Hits, *, as_json: bool) -> None:
        for number, hit in enumerate(hits, start=1):
            self.stdout.write(_as_json(hit) if as_json else self._as_text(number, hit))
        if not hits and not as_json:
            self.stdout.write("Nothing was found.")

    def _as_text(self, number: int, hit: Hit) -> str:
        legs = ", ".join(f"{leg} {rank}" for leg, rank in hit.ranks.items())
        # One line of it, and nothing that a terminal would take for a command.
        line = "".join(c if c.isprintable() or c in MARKS else " " for c in hit.snippet)
        parts = _parts(" ".join(line.split()))
        passage = "".join(self._found(part) if found else part for part, found in parts)
        return (
            f"{number}. {hit.kind} {_name(hit)} [{hit.start}:{hit.end}] "
            f"score {hit.score:.4f} ({legs})\n   {passage}"
        )

    def _found(self, text: str) -> str:
        colored = str(self.style.SUCCESS(text))
        return colored if colored != text else f"**{text}**"


def _explained(hits: Hits) -> str:
    """Return one line of the model, the plans and the times."""
    model = hits.embedding_model.name if hits.embedding_model else "none"
    plans = [f"{source} by vector: {plan}" for source, plan in hits.plans.items()]
    plans += [f"{source} by words: {plan}" for source, plan in hits.keyword_plans.items()]
    times = [f"{step} {milliseconds:.1f} ms" for step, milliseconds in hits.timings.items()]
    return f"mode {hits.mode}; model {model}; {'; '.join(plans)}; {', '.join(times)}"


def _parts(text: str) -> list[tuple[str, bool]]:
    """Return the stretches of a text, and whether each was found."""
    first, *others = text.split(HIGHLIGHT_START)
    parts = [(first, False)]
    for other in others:
        found, _end, rest = other.partition(HIGHLIGHT_END)
        parts += [(found, True), (rest, False)]
    return parts


def _name(hit: Hit) -> str:
    source: Any = hit.source
    if hit.kind == "document":
        return f"{source.title} ({source.source})" if source.source else str(source.title)
    if hit.kind == "message":
        return f"{source.pk} ({source.role}, {source.timestamp:%Y-%m-%d %H:%M})"
    return str(source)


def _as_json(hit: Hit) -> str:
    source: Any = hit.source
    about = {"type": hit.kind, "id": str(source.pk)}
    if hit.kind == "document":
        about |= {"title": source.title, "source": source.source, "tags": source.tags}
    elif hit.kind == "message":
        about |= {"conversation": str(source.conversation_id), "role": source.role}
        about |= {"timestamp": source.timestamp.isoformat()}
    return json.dumps(
        {
            "text": hit.text,
            "score": hit.score,
            "ranks": dict(hit.ranks),
            "scores": dict(hit.scores),
            "duplicates": hit.duplicates,
            "source": about,
            "start": hit.start,
            "end": hit.end,
            "snippet": hit.marked(),
        },
        ensure_ascii=False,
    )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text)):
            moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (the project's zone)
    except ValueError:  # the 31st of April
        moment = None
    if moment is None:
        raise CommandError(f"--since is {text!r}: a day or time such as 2024-05-31 is expected.")
    return moment


def _filters(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise CommandError(f"--filter is {pair!r}: NAME=VALUE is expected.")
    return dict(pair.split("=", 1) for pair in pairs)
