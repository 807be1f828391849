"""Reads of the searches that were recorded."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.db import models
from django.db.models import Avg, Count, Exists, F, Min, OuterRef, Q, Subquery

from assistant.embeddings.question_hashes import hash_question

__all__ = ["Judgement", "ModeFigures", "SearchRecordQuerySet"]

# How many searches are read for each text that is wanted: the same is asked again and again.
REPEATS = 10

# The rating of what was opened and never rated.
OPENED = 1


class ModeFigures(NamedTuple):
    """What became of the searches of a mode."""

    searches: int
    empty: int
    """How many found nothing."""
    opened: int
    """Of how many a hit was opened."""
    click_through: float
    """The share of those of which a hit was opened."""
    reciprocal_rank: float | None
    """Of the first hit that was opened, the mean over searches of which one was."""
    rating: float | None
    """The mean rating, over searches that have one."""
    latency: float
    """The median, in milliseconds."""


class Judgement(NamedTuple):
    """How well a source answers a question, by those who asked."""

    query_id: str
    query: str
    source: UUID
    rating: int


class Median(models.Aggregate):
    """The value in the middle."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = models.FloatField()


class SearchRecordQuerySet(models.QuerySet[Any]):
    """Filters of recorded searches, and what can be learned from them. Filters can be chained."""

    def between(self, start: datetime | None = None, end: datetime | None = None) -> Self:
        """Keep the searches of a period; the end is exclusive."""
        rows = self if start is None else self.filter(created_at__gte=start)
        return rows if end is None else rows.filter(created_at__lt=end)

    def asking(self, question: str) -> Self:
        """Keep the searches for this, whatever its case and spaces; texts need not be recorded."""
        return self.filter(query_hash=hash_question(question))

    def empty(self) -> Self:
        """Keep the searches that found nothing."""
        return self.filter(hit_count=0)

    def with_outcome(self) -> Self:
        """Add ``opened`` and ``rated``: whether any of the hits was."""
        return self.annotate(
            opened=Exists(self._events(kind="opened")), rated=Exists(self._events(kind="rated"))
        )

    def recent_questions(self, limit: int) -> list[str]:
        """Return texts that were asked lately, each once, the newest first."""
        asked = (
            self.filter(query__isnull=False)
            .order_by("-created_at")
            .values_list("query_hash", "query")[: REPEATS * limit]
        )
        texts: dict[str, str] = {}
        for key, text in asked:
            if text.strip():
                texts.setdefault(key, text)
        return list(texts.values())[:limit]

    def figures(self) -> dict[str, ModeFigures]:
        """Return by mode how many searches there were and what became of them."""
        opened = self._events(kind="opened").order_by().values("record")
        rated = self._events(kind="rated").order_by().values("record")
        rows = (
            self.annotate(
                first=Subquery(opened.annotate(value=Min("rank")).values("value")),
                mean=Subquery(rated.annotate(value=Avg("rating")).values("value")),
            )
            .order_by()
            .values("mode")
            .annotate(
                searches=Count("pk"),
                empty=Count("pk", filter=Q(hit_count=0)),
                opened=Count("first"),
                reciprocal_rank=Avg(1.0 / F("first")),
                rating=Avg("mean"),
                median=Median("latency"),
            )
        )
        return {
            row["mode"]: ModeFigures(
                searches=row["searches"],
                empty=row["empty"],
                opened=row["opened"],
                click_through=row["opened"] / row["searches"],
                reciprocal_rank=row["reciprocal_rank"],
                rating=row["rating"],
                latency=row["median"],
            )
            for row in rows.order_by("mode")
        }

    def judgements(self, *, opened: bool = True) -> Iterator[Judgement]:
        """Yield what the ratings, and what was opened, say of questions whose text is recorded.

        The same question is one, whoever asked it; a source has the mean of its ratings, each
        search counting once with the best of its passages. What was opened and never rated is 1,
        unless ``opened`` is false.
        """
        kinds = ["opened", "rated"] if opened else ["rated"]
        rows = (
            self.filter(query__isnull=False, events__kind__in=kinds)
            .order_by("query_hash", "events__source")
            .values_list("query_hash", "events__source", "pk", "events__rating")
            .annotate(asked=F("created_at"), text=F("query"))
        )
        for key, group in groupby(rows.iterator(), key=lambda row: row[0]):
            events = list(group)
            text = max(events, key=lambda row: row[4])[5]  # as it was asked last
            for source, ratings in groupby(events, key=lambda row: row[1]):
                best: dict[UUID, int] = {}
                for _key, _source, record, rating, *_text in ratings:
                    if rating is not None:
                        best[record] = max(rating, best.get(record, 0))
                mean = sum(best.values()) / len(best) if best else OPENED
                yield Judgement(key[:16], text, source, int(mean + 0.5))

    def _events(self, **kept: Any) -> models.QuerySet[Any]:
        events: Any = self.model._meta.get_field("events").related_model
        rows: models.QuerySet[Any] = events._base_manager.filter(record=OuterRef("pk"), **kept)
        return rows
