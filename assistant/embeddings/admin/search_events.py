"""What was opened and rated of recorded searches, in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import LinkedObjectFilter
from assistant.embeddings.admin.search_base import OfUsersAdmin
from assistant.embeddings.models import SearchEvent, SearchRecord

# How much of a question is shown.
LENGTH = 60


@admin.register(SearchEvent)
class SearchEventAdmin(OfUsersAdmin):
    """The latest events first; a search's page has its own in the table of hits."""

    fields = ("kind", "rating", "rank", "source", "chunk", "search_link", "created_at")
    list_display = ("kind", "rating", "rank", "search_link", "created_at")
    list_filter = (("record", LinkedObjectFilter),)
    search_fields = ("id",)
    search_keys = ("record_id",)
    search_help_text = _("The key of a search, or the number of an event.")
    ordering = ("-pk",)
    sortable_by = ()
    empty_hint = _("No events yet. Programs store them with record_opened() and record_rating().")

    class Media:
        css = {"all": ["assistant_embeddings/searches.css"]}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Fetch the beginning of the question for those who may see it."""
        rows: models.QuerySet[Any] = super().get_queryset(request)
        has_page = self.admin_site.is_registered(SearchRecord)
        if not has_page or not self._for(request)._may_open(SearchRecord):
            return rows
        asked: models.QuerySet[Any] = rows.annotate(question=Left("record__query", LENGTH + 1))
        return asked

    def search(self, request: HttpRequest, queryset: models.QuerySet[Any], text: str) -> list[Any]:
        """Look for an event's number."""
        return [int(text)] if text.isascii() and text.isdecimal() and len(text) < 19 else []

    @admin.display(description=_("search"))
    def search_link(self, obj: Any) -> str:
        """Return a link to the search, or the beginning of its key alone."""
        question = Truncator(getattr(obj, "question", None) or "").chars(LENGTH)
        text = question or f"{str(obj.record_id)[:8]}…"
        return self.object_link(SearchRecord(pk=obj.record_id), text)
