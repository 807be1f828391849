"""The hits of a recorded search, as its page shows them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.template.loader import render_to_string
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from assistant.conversations.models import Conversation, Message
from assistant.embeddings.models import (
    ConversationEmbedding,
    KnowledgeChunk,
    KnowledgeDocument,
    SearchEvent,
)

__all__ = ["hits_table", "untitled"]

# How many hits a page shows.
MAX_HITS = 100
# How much of a document's title.
TITLE_LENGTH = 80

SOURCES: dict[str, type[models.Model]] = {
    "message": Message,
    "document": KnowledgeDocument,
    "conversation": Conversation,
}

# The keys of the rows that are still there, and what these are called.
Names = Mapping[type[models.Model], Mapping[UUID, str]]

# Makes of a row, of which only the key is known, and of a text a link for those who may open it.
Linker = Callable[[models.Model, str], str]


@dataclass(frozen=True)
class ShownHit:
    """A line of the table."""

    rank: int
    source: str
    passage: str
    score: str
    legs: Sequence[str]
    opened: Any
    rating: int | None


def hits_table(record: Any, *, link: Linker, titles: bool) -> str:
    """Return the table: the first hits, and which of them were opened and rated.

    The record may have been written by anybody: what is no hit is left out. With ``titles``
    documents are named by them. What has been deleted since is no link.
    """
    listed = record.hits if isinstance(record.hits, list) else []
    found = [
        (rank, hit) for rank, hit in enumerate(listed[:MAX_HITS], 1) if isinstance(hit, Mapping)
    ]
    if not found:
        return "-"
    events = {
        (event.source, event.chunk, event.kind): event
        for event in record.events.filter(rank__lte=MAX_HITS).order_by("pk")[: 2 * MAX_HITS]
    }
    names = _names(found, titles=titles, using=record._state.db)
    return render_to_string(
        "assistant_embeddings/search_hits.html",
        {"hits": list(_shown(found, events, names, link)), "more": len(listed) - len(found)},
    )


def _names(found: Sequence[tuple[int, Any]], *, titles: bool, using: str) -> Names:
    """Look for sources and passages, by a query a table."""
    keys: dict[type[models.Model], set[UUID]] = {}
    for _rank, hit in found:
        kind, source, chunk = hit.get("kind"), _uuid(hit.get("source")), _uuid(hit.get("chunk"))
        for model, key in ((_source_model(kind), source), (_passage_model(kind), chunk)):
            if model is not None and key is not None:
                keys.setdefault(model, set()).add(key)
    names = {}
    for model, wanted in keys.items():
        name = models.F("title") if titles and model is KnowledgeDocument else models.Value("")
        rows = model._base_manager.using(using).filter(pk__in=wanted)
        names[model] = dict(rows.values_list("pk", name))
    return names


def _source_model(kind: Any) -> type[models.Model] | None:
    return SOURCES.get(kind) if isinstance(kind, str) else None


def _passage_model(kind: Any) -> type[models.Model]:
    return KnowledgeChunk if kind == "document" else ConversationEmbedding


def _shown(
    found: Sequence[tuple[int, Any]],
    events: Mapping[Any, SearchEvent],
    names: Names,
    link: Linker,
) -> Iterator[ShownHit]:
    for rank, hit in found:
        source, chunk = _uuid(hit.get("source")), _uuid(hit.get("chunk"))
        rated = events.get((source, chunk, SearchEvent.Kind.RATED))
        opened = events.get((source, chunk, SearchEvent.Kind.OPENED))
        yield ShownHit(
            rank=rank,
            source=_source(hit.get("kind"), source, names, link),
            passage=_passage(hit.get("kind"), chunk, names, link),
            score=_number(hit.get("score")),
            legs=list(_legs(hit.get("ranks"), hit.get("scores"))),
            opened=opened and opened.created_at,
            rating=rated.rating if rated else None,
        )


def _source(kind: Any, key: UUID | None, names: Names, link: Linker) -> str:
    model = _source_model(kind)
    if model is None or key is None:
        return "-"
    row = model(pk=key)
    name = Truncator(names[model].get(key, "")).chars(TITLE_LENGTH)
    return _linked(row, name or untitled(row), names, link)


def untitled(row: models.Model) -> str:
    """Return how a row is called for those who may not see its title."""
    return f"{row._meta.verbose_name} {str(row.pk)[:8]}…"


def _passage(kind: Any, key: UUID | None, names: Names, link: Linker) -> str:
    if key is None:
        return _("whole")
    return _linked(_passage_model(kind)(pk=key), f"{str(key)[:8]}…", names, link)


def _linked(row: models.Model, text: str, names: Names, link: Linker) -> str:
    if row.pk in names[type(row)]:
        return link(row, text)
    return _("%(name)s (gone)") % {"name": text}


def _legs(ranks: Any, scores: Any) -> Iterator[str]:
    """Yield what each leg says: its name, the place it gives, and its own number."""
    numbers = scores if isinstance(scores, Mapping) else {}
    for leg, rank in ranks.items() if isinstance(ranks, Mapping) else ():
        number = _number(numbers.get(leg))
        yield f"{leg} {_number(rank)}" + (f" ({number})" if number != "-" else "")


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "-"
    try:
        return f"{value:.4g}"
    except OverflowError:
        return "-"


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
