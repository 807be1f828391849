"""Recorded searches in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.conf import conf
from assistant.db.admin import LinkedObjectFilter
from assistant.db.admin.durations import duration
from assistant.db.secrets import mask_urls
from assistant.embeddings.admin.search_base import FoundFilter, OfUsersAdmin
from assistant.embeddings.admin.search_hits import hits_table
from assistant.embeddings.models import EmbeddingModel, KnowledgeDocument, SearchRecord

# How much of a question a list shows.
LIST_LENGTH = 100


@admin.register(SearchRecord)
class SearchRecordAdmin(OfUsersAdmin):
    """What was searched for, what was found, and what became of it."""

    fields = (
        "created_at",
        "question",
        "mode",
        "searched",
        "owner",
        "hit_count",
        "hits",
        "plans",
        "remark",
        "time",
        "model_link",
        "query_hash",
    )
    list_display = ("created_at", "question_start", "mode", "hit_count", "outcome", "time")
    list_filter = (
        FoundFilter,
        "mode",
        "created_at",
        ("user", LinkedObjectFilter),
        ("embedding_model", LinkedObjectFilter),
    )
    search_fields = ("query_hash",)
    search_help_text = gettext_lazy("A whole question, in any case, or the key of a search.")
    ordering = ("-created_at",)
    sortable_by = ()
    empty_hint = gettext_lazy(
        'No searches yet. They are recorded where ASSISTANT["RECORD_SEARCHES"] says so.'
    )

    class Media:
        css = {"all": ["assistant_embeddings/searches.css"]}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Fetch the model's name."""
        names = ("description", "model_path", "provider")
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("embedding_model").defer(
            *(f"embedding_model__{name}" for name in names)
        )

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the beginning of the question, and whether hits were opened and rated."""
        rows: Any = super().list_queryset(queryset).select_related(None)
        listed: models.QuerySet[Any] = rows.with_outcome().annotate(
            query_start=Left("query", LIST_LENGTH + 1)
        )
        return listed

    def search(self, request: HttpRequest, queryset: models.QuerySet[Any], text: str) -> list[Any]:
        """Look for the latest searches for the same, also where only hashes are recorded."""
        asked: Any = queryset
        rows = asked.asking(text).order_by("-created_at")
        return list(rows.values_list("pk", flat=True)[: conf.SEARCH_MAX_ROWS])

    def shown_json(self, obj: Any, field: "models.Field[Any, Any]") -> str:
        """Show the hits as a table."""
        if field.name != "hits":
            return super().shown_json(obj, field)
        may_open = self._may_open(KnowledgeDocument)
        return hits_table(obj, link=self.object_link, titles=may_open)

    @admin.display(description=gettext_lazy("question"))
    def question_start(self, obj: Any) -> str:
        """Return the beginning of the question, or of its hash where only that is recorded."""
        if obj.query_start is None:
            return _no_text(obj)
        return Truncator(obj.query_start).chars(LIST_LENGTH)

    @admin.display(description=gettext_lazy("question"))
    def question(self, obj: Any) -> str:
        """Return the question, if its text is recorded."""
        return _no_text(obj) if obj.query is None else obj.query

    @admin.display(description=gettext_lazy("note"))
    def remark(self, obj: Any) -> str:
        """Return the note, without passwords of addresses."""
        return mask_urls(obj.note) or str(self.get_empty_value_display())

    @admin.display(description=gettext_lazy("outcome"))
    def outcome(self, obj: Any) -> str:
        """Say whether hits were opened and rated."""
        told = ((obj.opened, _("opened")), (obj.rated, _("rated")))
        return ", ".join(text for is_so, text in told if is_so)

    @admin.display(description=gettext_lazy("searched"))
    def searched(self, obj: Any) -> str:
        """Return what was searched."""
        return ", ".join(map(str, obj.sources)) or str(self.get_empty_value_display())

    @admin.display(description=gettext_lazy("user"))
    def owner(self, obj: Any) -> str:
        """Return a link to the user for whom it was."""
        return self.user_link(obj.user_id) if obj.user_id else _("nobody: everything was searched")

    @admin.display(description=gettext_lazy("time"))
    def time(self, obj: Any) -> str:
        """Return how long it took."""
        return duration(obj.latency / 1000) or ""

    @admin.display(description=gettext_lazy("embedding model"))
    def model_link(self, obj: Any) -> str:
        """Return a link to the model."""
        if obj.embedding_model is None:
            return str(self.get_empty_value_display())
        return self.object_link(EmbeddingModel(pk=obj.embedding_model_id), obj.embedding_model.name)


def _no_text(obj: Any) -> str:
    return format_html("<i>{}</i>", _("not recorded (%(hash)s…)") % {"hash": obj.query_hash[:8]})
