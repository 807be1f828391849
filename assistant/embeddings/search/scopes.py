"""The rows a search may find: chunks, and what has none yet."""

from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from assistant.conversations.models import Message
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    KnowledgeChunk,
    KnowledgeDocument,
)
from assistant.embeddings.querysets import ChunkQuerySet
from assistant.embeddings.search.filters import apply_filters
from assistant.embeddings.search.requests import SearchRequest

__all__ = ["MODELS", "chunks_of", "waiting_of"]

MODELS: dict[str, type[models.Model]] = {
    "messages": ConversationEmbedding,
    "documents": KnowledgeChunk,
}


def chunks_of(
    source: str, request: SearchRequest, *, embedding_model: EmbeddingModel, using: str
) -> ChunkQuerySet:
    """Return the chunks that a search may find, of one kind and one model."""
    rows: Any = MODELS[source]._default_manager.using(using)
    rows = rows.of_model(embedding_model)
    if request.user is not None:
        rows = rows.visible_to(request.user)
    if request.conversation is not None:
        rows = rows.in_conversation(request.conversation)
    if request.tags:
        rows = rows.tagged(request.tags)
    if request.since is not None:
        rows = rows.since(request.since)
    found: ChunkQuerySet = apply_filters(rows, request.filters, source=source)
    return found


def waiting_of(source: str, request: SearchRequest, *, using: str) -> QuerySet[Any] | None:
    """Return the messages or documents themselves that a search may find; None for none.

    Filters of other apps are for chunks, so with them nothing is found that has none yet.
    """
    if request.filters:
        return None
    if source == "messages":
        return _messages(request, using=using)
    return _documents(request, using=using)


def _messages(request: SearchRequest, *, using: str) -> QuerySet[Any] | None:
    if request.tags:
        return None
    rows: QuerySet[Any] = Message.objects.using(using)
    if request.user is not None:
        rows = rows.filter(conversation__user=request.user)
    if request.conversation is not None:
        rows = rows.filter(conversation=request.conversation)
    if request.since is not None:
        rows = rows.filter(timestamp__gte=request.since)
    return rows


def _documents(request: SearchRequest, *, using: str) -> QuerySet[Any] | None:
    if request.conversation is not None:
        return None
    rows: QuerySet[Any] = KnowledgeDocument.objects.using(using)
    if request.user is not None:
        rows = rows.filter(Q(owner=request.user) | Q(owner=None))
    if request.tags:
        rows = rows.filter(tags__contains=list(request.tags))
    if request.since is not None:
        rows = rows.filter(updated_at__gte=request.since)
    return rows
