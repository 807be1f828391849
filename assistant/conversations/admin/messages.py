"""Messages in the admin site."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from assistant.conversations.admin.threads import place_link
from assistant.conversations.forms import MessageForm
from assistant.conversations.models import Message
from assistant.db.admin import (
    IndexedValuesFilter,
    LinkedObjectFilter,
    Overview,
    TableAdmin,
    WordSearchMixin,
    highlighted,
)

# How much of a message a list shows.
LIST_LENGTH = 60


@admin.register(Message)
class MessageAdmin(WordSearchMixin, TableAdmin):
    """Messages, the latest first."""

    form = MessageForm
    fieldsets = (
        (
            None,
            {"fields": ("conversation", "place", "role", "content", "timestamp", "token_count")},
        ),
        (
            _("Generation"),
            {"fields": ("model_name", "generation_time", "temperature", "generation_config")},
        ),
    )
    readonly_fields = ("place",)
    verbatim_fields = ("content",)
    autocomplete_fields = ("conversation",)
    list_display = ("start", "role", "conversation_link", "model_name", "timestamp")
    list_filter = (
        "role",
        "timestamp",
        ("model_name", IndexedValuesFilter),
        ("conversation", LinkedObjectFilter),
    )
    search_fields = ("content",)
    search_keys = ("id", "conversation_id")
    search_help_text = _("Words of the content, or the key of a message or a conversation.")
    newest_by = "timestamp"
    empty_hint = _(
        "No messages yet. Programs store them with add_message() and ingest_messages(), or by SQL."
    )
    ordering = ("-timestamp",)
    sortable_by = ("timestamp",)
    suggested_fields = ("model_name",)
    overview = Overview(30, "timestamp", _("last message"))

    class Media:
        css = {"all": ["assistant_conversations/lists.css"]}

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the beginning of the content and the conversation's title."""
        rows: models.QuerySet[Any] = (
            super()
            .list_queryset(queryset)
            .select_related("conversation")
            .defer("content", "generation_config", "conversation__metadata")
            .annotate(content_start=Left("content", LIST_LENGTH + 1))
        )
        return rows

    def label(self, obj: Any) -> str:
        """Name a message by its beginning."""
        if "content_start" in obj.__dict__:
            beginning = Truncator(obj.content_start).chars(LIST_LENGTH)
            return f"{obj.role}: {beginning}"
        return str(obj)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> list[LogEntry]:
        """Log each message under its label; Django's way fetches each one's content."""
        content_type = ContentType.objects.get_for_model(self.model, for_concrete_model=False)
        return LogEntry.objects.bulk_create(
            LogEntry(
                user_id=str(request.user.pk),
                content_type=content_type,
                object_id=message.pk,
                object_repr=self.label(message)[:200],
                action_flag=DELETION,
            )
            for message in queryset
        )

    @admin.display(description=_("content"))
    def start(self, obj: Any) -> str:
        """Return the beginning of the content, or the passages that a search has found."""
        if excerpt := obj.__dict__.get("excerpt"):
            return highlighted(excerpt)
        return Truncator(obj.content_start).chars(LIST_LENGTH)

    @admin.display(description=_("conversation"))
    def conversation_link(self, obj: Message) -> str:
        """Return a link to the message's place in its conversation."""
        return place_link(self, obj, str(obj.conversation))

    @admin.display(description=_("in its conversation"))
    def place(self, obj: Message) -> str:
        """Return a link to the message among the others."""
        text = str(_("Show what was said before and after"))
        link = place_link(self, obj, text)
        return self.get_empty_value_display() if link == text else link
