"""The tables and the addresses of their pages."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.db import models
from django.urls import reverse

from assistant.accounts.models import User
from assistant.conversations.models import Conversation, ConversationStats, Message
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    EmbeddingQueueItem,
    KnowledgeChunk,
    KnowledgeDocument,
    SearchChange,
    SearchEvaluation,
    SearchEvent,
    SearchLexeme,
    SearchRecord,
    SearchStatistics,
)
from assistant.schema.models import SchemaMigration
from assistant.settings.models import ModelConfig, SystemSetting
from tests import factories

# What fields of a form never take.
NUL = "a\0b"


class Table(NamedTuple):
    """A table of the admin site, how to make a row of it, and which texts are never large."""

    model: type[models.Model]
    make: Callable[..., Any]
    writable: bool = True
    short_texts: tuple[str, ...] = ()


def make_stats(**fields: Any) -> ConversationStats:
    """Return the statistics of a new conversation with a message."""
    return factories.make_message(**fields).conversation.stats


TABLES = {
    table.model._meta.db_table: table
    for table in (
        Table(User, factories.make_user),
        Table(SystemSetting, factories.make_setting),
        Table(ModelConfig, factories.make_model_config),
        Table(Conversation, factories.make_conversation),
        Table(Message, factories.make_message),
        Table(ConversationStats, make_stats, writable=False),
        Table(ConversationEmbedding, factories.make_embedding, writable=False),
        Table(KnowledgeDocument, factories.make_document),
        Table(KnowledgeChunk, factories.make_chunk, writable=False),
        Table(EmbeddingQueueItem, factories.make_queue_item, writable=False),
        Table(SearchStatistics, factories.make_search_statistics, writable=False),
        Table(SearchLexeme, factories.make_search_lexeme, writable=False),
        Table(SearchChange, factories.make_search_change, writable=False),
        Table(SearchRecord, factories.make_search_record, writable=False),
        Table(SearchEvent, factories.make_search_event, writable=False),
        Table(SearchEvaluation, factories.make_search_evaluation, writable=False),
        Table(EmbeddingModel, factories.make_embedding_model),
        Table(
            SchemaMigration,
            factories.make_migration,
            writable=False,
            short_texts=("app", "name", "filename", "checksum"),
        ),
    )
}


def page(target: models.Model | type[models.Model], name: str) -> str:
    """Return the address of a page of a row (change, delete, history) or a table."""
    opts = target._meta
    args = [quote(str(target.pk))] if isinstance(target, models.Model) else None
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=args)


def errors(response: Any) -> dict[str, list[str]]:
    """Return the messages beside each field of a form that was refused."""
    assert response.status_code == 200, (response.status_code, response.headers)
    return dict(response.context["adminform"].form.errors)


def notices(response: Any) -> list[str]:
    """Return the messages on top of a page that was reached by a redirect."""
    return [str(message) for message in response.context["messages"]]


def log_of(row: models.Model | Any) -> list[LogEntry]:
    """Return a row's entries in the admin log, the oldest first."""
    return list(LogEntry.objects.filter(object_id=str(row.pk)).order_by("action_time", "pk"))
