"""Statistics of conversations in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.conversations.models import ConversationStats
from assistant.db.admin import ReadOnlyAdmin
from assistant.db.admin.durations import duration
from assistant.db.admin.forms import grouped


@admin.register(ConversationStats)
class ConversationStatsAdmin(ReadOnlyAdmin):
    """What triggers have counted."""

    fields = (
        "conversation_link",
        "messages",
        "tokens",
        "response_time",
        "response_count",
        "response_time_sum",
        "created_at",
        "updated_at",
    )
    list_display = (
        "conversation_link",
        "messages",
        "tokens",
        "response_time",
        "updated_at",
    )
    list_display_links = ("messages",)
    search_fields = ("conversation__title",)
    search_keys = ("id", "conversation_id")
    search_help_text = _("The key of a conversation or the beginning of its title.")
    # They change together, and only the conversation's time has an index.
    ordering = ("-conversation__updated_at",)
    empty_hint = _("No statistics yet. They come with the first message.")
    sortable_by = ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let statistics go with their conversation; they have no page to delete them."""
        return bool(request.user.has_perm("assistant_conversations.delete_conversation"))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Fetch the conversation's title."""
        queryset = super().get_queryset(request).select_related("conversation")
        return queryset.defer("conversation__metadata")

    @admin.display(description=_("conversation"))
    def conversation_link(self, obj: ConversationStats) -> str:
        """Return a link to the conversation."""
        return self.object_link(obj.conversation, str(obj.conversation))

    @admin.display(description=_("messages"))
    def messages(self, obj: ConversationStats) -> str:
        """Return how many messages there are."""
        return grouped(obj.total_messages)

    @admin.display(description=_("tokens"))
    def tokens(self, obj: ConversationStats) -> str:
        """Return how many tokens they have."""
        return grouped(obj.total_tokens)

    @admin.display(description=_("average response time"))
    def response_time(self, obj: ConversationStats) -> str:
        """Return the mean generation time; a page of one row would show None as "None"."""
        return duration(obj.avg_response_time) or str(self.get_empty_value_display())
