"""What is shown of a hit: its text, its place in the source, and the source itself."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Left, StrIndex, Substr

from assistant.conversations.models import Message
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingQueueItem,
    KnowledgeChunk,
    KnowledgeDocument,
)
from assistant.embeddings.search.folding import Folded
from assistant.embeddings.search.fusion import Ranked
from assistant.embeddings.search.hits import Hit
from assistant.embeddings.search.snippets import with_snippets

__all__ = ["WHOLE_LENGTH", "hits_of"]

# How many rows are read at a time, at least: of those, some may be gone, and many the same.
LEAST_READ = 10

# Of a text that has no chunks yet, as many characters of its beginning.
WHOLE_LENGTH = 2_000


def hits_of(ranked: Sequence[Ranked], question: str, *, limit: int, using: str) -> list[Hit]:
    """Return the first ``limit`` of what was ranked, as far as it is still what it was.

    What is nearly the same as a better hit of the same source is folded into that one.
    """
    hits = Folded()
    seen: set[Any] = set()
    start = 0
    while start < len(ranked) and len(hits) < limit:
        part = ranked[start : start + max(limit - len(hits), LEAST_READ)]
        start += len(part)
        rows = dict(_rows(part, question, using=using))
        for found in part:
            row = rows.get((found.kind, found.key))
            if row is None or len(hits) == limit:
                continue
            hit = _hit(found, row)
            # A text that is embedded again has chunks and waits as a whole, too.
            if hit.chunk is None and hit.source.pk in seen:
                continue
            seen.add(hit.source.pk)
            hits.add(hit, is_placed=_is_placed(found.kind, row))
    return hits.hits()


def _rows(
    part: Sequence[Ranked], question: str, *, using: str
) -> Iterator[tuple[tuple[str, Any], Any]]:
    for kind in sorted({found.kind for found in part}):
        keys = [found.key for found in part if found.kind == kind]
        for row in READERS[kind](keys, question, using):
            yield (kind, row.pk), row


def _messages(keys: Sequence[Any], question: str, using: str) -> QuerySet[Any]:
    rows = ConversationEmbedding.objects.using(using).filter(pk__in=keys)
    length = F("end_offset") - F("start_offset")
    rows = rows.annotate(place=StrIndex("message__content", "chunk_text")).filter(
        Q(message=None)
        | ~Exists(_queued(message=OuterRef("message_id")))
        | Q(chunk_text=Substr("message__content", F("start_offset") + 1, length))
        | Q(start_offset=None, place__gt=0)
    )
    rows = rows.select_related("message", "conversation").defer("embedding_vector")
    return with_snippets(rows, question, field="chunk_text")


def _documents(keys: Sequence[Any], question: str, using: str) -> QuerySet[Any]:
    rows = KnowledgeChunk.objects.using(using).filter(pk__in=keys)
    length = F("end_offset") - F("start_offset")
    rows = rows.filter(
        ~Exists(_queued(document=OuterRef("document_id")))
        | Q(chunk_text=Substr("document__content", F("start_offset") + 1, length))
    )
    rows = rows.select_related("document").defer(
        "embedding_vector", "document__embedding_vector", "document__content"
    )
    return with_snippets(rows, question, field="chunk_text")


def _queued(**source: Any) -> QuerySet[Any]:
    return EmbeddingQueueItem.objects.filter(
        embedding_model=OuterRef("embedding_model_id"), **source
    )


def _whole_messages(keys: Sequence[Any], question: str, using: str) -> QuerySet[Any]:
    rows = Message.objects.using(using).filter(pk__in=keys)
    rows = rows.annotate(beginning=Left("content", WHOLE_LENGTH))
    return with_snippets(rows, question, field="content")


def _whole_documents(keys: Sequence[Any], question: str, using: str) -> QuerySet[Any]:
    rows = KnowledgeDocument.objects.using(using).filter(pk__in=keys)
    rows = rows.annotate(beginning=Left("content", WHOLE_LENGTH))
    return with_snippets(rows.defer("embedding_vector", "content"), question, field="content")


READERS = {
    "messages:chunk": _messages,
    "messages:whole": _whole_messages,
    "documents:chunk": _documents,
    "documents:whole": _whole_documents,
}


def _is_placed(kind: str, row: Any) -> bool:
    # Embeddings that others have stored may not say where they are, and not be the message's text.
    return kind != "messages:chunk" or row.start_offset is not None or bool(row.place)


def _hit(found: Ranked, row: Any) -> Hit:
    kind = found.kind
    scored = {
        "score": found.score,
        "ranks": found.ranks,
        "scores": found.scores,
        "snippet": row.snippet,
    }
    if kind.endswith(":whole"):
        return Hit(
            text=row.beginning,
            source=row,
            start=0,
            end=len(row.beginning),
            kind="message" if kind == "messages:whole" else "document",
            chunk=None,
            **scored,
        )
    text = row.chunk_text
    if kind == "documents:chunk":
        place = {"source": row.document, "kind": "document", "start": row.start_offset}
    elif row.message_id is None:
        place = {"source": row.conversation, "kind": "conversation", "start": row.start_offset or 0}
    else:
        start = row.start_offset
        place = {"source": row.message, "kind": "message"}
        place["start"] = max(row.place - 1, 0) if start is None else start
    return Hit(text=text, end=place["start"] + len(text), chunk=row.pk, **place, **scored)
