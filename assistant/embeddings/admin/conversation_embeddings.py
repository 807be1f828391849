"""Embeddings of conversations in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from assistant.conversations.models import Message
from assistant.db.admin import (
    IndexedValuesFilter,
    LinkedObjectFilter,
    ReadOnlyAdmin,
    highlighted,
)
from assistant.db.admin.forms import grouped
from assistant.embeddings.admin.base import SearchableAdmin
from assistant.embeddings.models import ConversationEmbedding

# How much of a text a list shows.
LIST_LENGTH = 100


@admin.register(ConversationEmbedding)
class ConversationEmbeddingAdmin(SearchableAdmin, ReadOnlyAdmin):
    """What has been embedded, without the vectors."""

    fields = (
        "conversation_link",
        "message_link",
        "source_type",
        "chunk_index",
        "chunk_text",
        "content_hash",
        "embedding_model",
        "vector_dimension",
        "metadata",
        "created_at",
    )
    list_display = (
        "start",
        "conversation_link",
        "source_type",
        "chunk_index",
        "embedding_model",
        "created_at",
    )
    list_filter = (
        ("source_type", IndexedValuesFilter),
        "embedding_model",
        ("conversation", LinkedObjectFilter),
        ("message", LinkedObjectFilter),
    )
    list_select_related = ("conversation", "embedding_model")
    search_fields = ("chunk_text",)
    text_field = "chunk_text"
    search_keys = ("id", "conversation_id", "message_id")
    search_help_text = _("Words of the text, or the key of an embedding, conversation or message.")
    ordering = ("-pk",)
    empty_hint = _("No embeddings yet. Programs store them with Django's ORM or by SQL.")
    sortable_by = ()

    class Media:
        css = {"all": ["assistant_embeddings/lists.css"]}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave out what is large in the tables that are joined."""
        queryset = super().get_queryset(request).select_related("conversation", "embedding_model")
        return queryset.defer(
            "embedding_vector",
            "conversation__metadata",
            "embedding_model__description",
            "embedding_model__model_path",
        )

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the beginning of the text."""
        rows: models.QuerySet[Any] = (
            super().list_queryset(queryset).annotate(text_start=Left("chunk_text", LIST_LENGTH + 1))
        )
        return rows

    @admin.display(description=_("text"))
    def start(self, obj: Any) -> str:
        """Return the beginning of the text, or the passages that a search has found."""
        if excerpt := obj.__dict__.get("excerpt"):
            return highlighted(excerpt)
        return Truncator(obj.text_start).chars(LIST_LENGTH)

    @admin.display(description=_("conversation"))
    def conversation_link(self, obj: ConversationEmbedding) -> str:
        """Return a link to the conversation."""
        return self.object_link(obj.conversation, str(obj.conversation))

    @admin.display(description=_("message"))
    def message_link(self, obj: ConversationEmbedding) -> str:
        """Return a link to the message, which is not fetched: it may be large."""
        if obj.message_id is None:
            return self.get_empty_value_display()
        return self.object_link(Message(pk=obj.message_id), str(obj.message_id))

    @admin.display(description=_("dimension"))
    def vector_dimension(self, obj: ConversationEmbedding) -> str:
        """Return how many numbers the vector has: as many as its model says."""
        return grouped(obj.embedding_model.dimension)
