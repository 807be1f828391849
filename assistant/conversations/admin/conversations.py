"""Conversations in the admin site."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_permission_codename, get_user_model
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.conversations.admin.threads import Thread
from assistant.conversations.models import Conversation, Message
from assistant.db.admin import (
    IndexedValuesFilter,
    LinkedObjectFilter,
    Overview,
    TableAdmin,
)
from assistant.db.admin.durations import duration
from assistant.db.admin.forms import grouped
from assistant.db.admin.users import users_are_searchable


@admin.register(Conversation)
class ConversationAdmin(TableAdmin):
    """Conversations, with the statistics that the database keeps."""

    fieldsets = (
        (None, {"fields": ("user", "title", "agent_type", "context_length", "is_active")}),
        (_("Details"), {"fields": ("metadata", "created_at", "updated_at")}),
    )
    readonly_fields = ("created_at", "updated_at")
    change_form_template = "admin/assistant_conversations/conversation/change_form.html"
    # Where the host's users can be searched, get_autocomplete_fields() has something better.
    raw_id_fields = ("user",)
    list_display = ("title_or_key", "owner", "agent_type", "messages", "is_active", "updated_at")
    list_filter = (
        ("agent_type", IndexedValuesFilter),
        "is_active",
        "updated_at",
        "created_at",
        ("user", LinkedObjectFilter),
    )
    search_fields = ("title", "user__username")
    search_keys = ("id", "user_id")
    search_help_text = _("A key, or the beginning of a title or a user name.")
    ordering = ("-updated_at",)
    empty_hint = _("No conversations yet. Programs store them with Django's ORM or by SQL.")
    sortable_by = ("updated_at",)
    suggested_fields = ("agent_type",)
    overview = Overview(20, "updated_at", _("last activity"))

    class Media:
        css = {
            "all": [
                "assistant_conversations/thread.css",
                "assistant_conversations/markdown.css",
                "assistant_conversations/lists.css",
            ]
        }

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Name the user by whatever the host's users log in with."""
        users = get_user_model()
        # What the indexes serve: ours the beginning in any case, Django's a beginning as written.
        lookup = "" if users._meta.label == "assistant_accounts.User" else "__startswith"
        return ("title", f"user__{users.USERNAME_FIELD}{lookup}")

    def get_list_display(self, request: HttpRequest) -> Any:
        """Count messages for those who may view messages."""
        names = super().get_list_display(request)
        if self._may(request, "view"):
            return names
        return [name for name in names if name != "messages"]

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Look users up by name where the host's admin site has a search for them."""
        return ("user",) if users_are_searchable(self.admin_site) else ()

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """Show a stored conversation's messages beside its form."""
        if obj is not None and not context.get("is_popup"):
            thread = self.get_thread(request, obj)
            context["thread"] = thread
            context["thread_facts"] = self.get_thread_facts(request, obj, thread)
            context["may_view_messages"] = self._may(request, "view")
            context["may_add_messages"] = self._may(request, "add")
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _may(self, request: HttpRequest, action: str) -> bool:
        name = f"has_{action}_permission"
        if self.admin_site.is_registered(Message):
            return bool(getattr(self.admin_site.get_model_admin(Message), name)(request))
        codename = get_permission_codename(action, Message._meta)
        return bool(request.user.has_perm(f"{Message._meta.app_label}.{codename}"))

    def get_thread(self, request: HttpRequest, obj: Conversation) -> Thread:
        """Return the messages to show."""
        return Thread(conversation=obj, query=request.GET, site=self.admin_site)

    def get_thread_facts(
        self, request: HttpRequest, obj: Conversation, thread: Thread
    ) -> list[tuple[Any, list[Any]]]:
        """Return what the page tells about the conversation: names and lists of values."""
        if not self._may(request, "view"):
            return [(_("user"), [self.owner(obj)])]
        times = thread.first_and_last
        facts: list[tuple[Any, list[Any]]] = [
            (_("user"), [self.owner(obj)]),
            (_("messages"), [self.messages(obj)]),
            (_("tokens"), [self.tokens(obj)]),
            (_("average response time"), [self.response_time(obj)]),
            (_("first message"), [times["first"]]),
            (_("last message"), [times["last"]]),
            (_("models"), [f"{name} ({grouped(count)})" for name, count in thread.model_counts]),
            # Messages have a line of their own.
            (_("related"), [link for model, link in self.related_links(obj) if model != Message]),
        ]
        return [(name, values) for name, values in facts if values not in ([None], [])]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Fetch the statistics, which many columns and lines show."""
        return super().get_queryset(request).select_related("stats")

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the user's name and nothing else of the user."""
        name = f"user__{get_user_model().USERNAME_FIELD}"
        return queryset.select_related("user").only(
            "title", "agent_type", "is_active", "updated_at", name, "stats__total_messages"
        )

    @admin.display(description=_("conversation"))
    def title_or_key(self, obj: Conversation) -> str:
        """Return what tells conversations apart."""
        return str(obj)

    @admin.display(description=_("user"))
    def owner(self, obj: Conversation) -> str:
        """Return a link to the user."""
        return self.object_link(obj.user, obj.user.get_username())

    @admin.display(description=_("messages"))
    def messages(self, obj: Conversation) -> str:
        """Return how many messages there are, as a link to them."""
        count = obj.stats.total_messages if hasattr(obj, "stats") else 0
        return self.changelist_link(Message, count, conversation__exact=obj.pk)

    @admin.display(description=_("tokens"))
    def tokens(self, obj: Conversation) -> str:
        """Return how many tokens the messages have."""
        return grouped(obj.stats.total_tokens if hasattr(obj, "stats") else 0)

    @admin.display(description=_("average response time"))
    def response_time(self, obj: Conversation) -> str | None:
        """Return the mean generation time."""
        return duration(obj.stats.avg_response_time if hasattr(obj, "stats") else None)
