"""Embeddings of conversations in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.conversations.models import Message
from assistant.db.admin import IndexedValuesFilter, LinkedObjectFilter
from assistant.embeddings.admin.passages import PassageAdmin
from assistant.embeddings.models import ConversationEmbedding


@admin.register(ConversationEmbedding)
class ConversationEmbeddingAdmin(PassageAdmin):
    """What has been embedded of conversations."""

    fields = (
        "conversation_link",
        "message_link",
        "owner",
        "source_type",
        "chunk_index",
        "place",
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
    search_keys = ("id", "conversation_id", "message_id")
    search_help_text = _("Words of the text, or the key of an embedding, conversation or message.")
    empty_hint = _("No embeddings yet. manage.py embed makes them of messages.")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave out what is large in the conversation."""
        queryset = super().get_queryset(request).select_related("conversation", "embedding_model")
        return queryset.defer("conversation__metadata")

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

    @admin.display(description=_("user"))
    def owner(self, obj: Any) -> str:
        """Return a link to the user who finds it."""
        return self.user_link(obj.user_id)
