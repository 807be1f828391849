"""The queue of texts to be embedded, in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.conversations.models import Message
from assistant.db.admin import LinkedObjectFilter, ReadOnlyAdmin
from assistant.db.expressions import TransactionNow
from assistant.db.secrets import mask_urls
from assistant.embeddings.admin.queue_filters import FailedFilter, ModelFilter
from assistant.embeddings.admin.retrying import RetryPageMixin
from assistant.embeddings.models import EmbeddingQueueItem, KnowledgeDocument

# How much of an error a list shows.
LIST_LENGTH = 120

STATES = {
    "failed": gettext_lazy("failed"),
    "working": gettext_lazy("being worked on"),
    "due": gettext_lazy("due"),
    "paused": gettext_lazy("waiting after a failure"),
    "waiting": gettext_lazy("waiting"),
}


def queue_state() -> models.Case:
    """Return the expression of a row's state, on the database's clock."""
    now = TransactionNow()
    return models.Case(
        models.When(failed_at__isnull=False, then=models.Value("failed")),
        models.When(run_after__lte=now, then=models.Value("due")),  # a lease may be over, too
        models.When(locked_at__isnull=False, then=models.Value("working")),
        models.When(last_error__isnull=False, then=models.Value("paused")),
        default=models.Value("waiting"),
        output_field=models.CharField(),
    )


@admin.register(EmbeddingQueueItem)
class EmbeddingQueueItemAdmin(RetryPageMixin, ReadOnlyAdmin):
    """What waits to be embedded, and what could not be."""

    actions: Any = ("retry",)
    fields = (
        "state",
        "source",
        "embedding_model",
        "attempts",
        "error",
        "run_after",
        "locked_at",
        "failed_at",
        "version",
        "created_at",
    )
    list_display = (
        "state",
        "short_source",
        "error_start",
        "embedding_model",
        "attempts",
        "run_after",
    )
    list_filter = (
        FailedFilter,
        ModelFilter,
        ("document", LinkedObjectFilter),
        ("message", LinkedObjectFilter),
    )
    search_fields = ("id",)
    search_keys = ("message_id", "document_id")
    search_help_text = gettext_lazy("The key of a message or a document, or a row's number.")
    ordering = ("-pk",)
    sortable_by = ()
    empty_hint = gettext_lazy("Nothing waits: what is new or changed was embedded.")

    class Media:
        css = {"all": ["assistant_embeddings/lists.css", "assistant_embeddings/states.css"]}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: the database deletes what has been embedded or is gone."""
        return False

    def get_ordering(self, request: HttpRequest) -> Any:
        """Follow the index of what is listed."""
        if request.GET.get(FailedFilter.parameter_name) == "failed":
            return ("-failed_at", "-pk")
        if ModelFilter.parameter_name in request.GET:
            return ("run_after", "pk")
        return super().get_ordering(request)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Fetch the names of the model and the document, and no content."""
        rows: models.QuerySet[Any] = super().get_queryset(request)
        title = models.F("document__title")
        named: models.QuerySet[Any] = rows.annotate(queue_state=queue_state(), document_title=title)
        return named

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the beginning of the error."""
        rows: models.QuerySet[Any] = super().list_queryset(queryset)
        names = ("description", "model_path", "provider")
        short: models.QuerySet[Any] = (
            rows.select_related("embedding_model")
            .defer("last_error", *(f"embedding_model__{name}" for name in names))
            .annotate(error_text=Left("last_error", LIST_LENGTH + 1))
        )
        return short

    def search(self, request: HttpRequest, queryset: models.QuerySet[Any], text: str) -> list[Any]:
        """Look for a row's number."""
        return [int(text)] if text.isascii() and text.isdecimal() and len(text) < 19 else []

    @admin.display(description=gettext_lazy("state"))
    def state(self, obj: Any) -> str:
        """Return what is to happen to the row."""
        return str(STATES[obj.queue_state])

    @admin.display(description=gettext_lazy("text"))
    def short_source(self, obj: Any) -> str:
        """Return the link with the beginning of a message's key."""
        return self.source(obj, f"{str(obj.message_id)[:8]}…")

    @admin.display(description=gettext_lazy("text"))
    def source(self, obj: Any, key: str | None = None) -> str:
        """Return a link to the message or the document, whose content is not fetched."""
        if obj.message_id:
            text = _("message %(key)s") % {"key": key or obj.message_id}
            return self.object_link(Message(pk=obj.message_id), text)
        title = obj.document_title or _("document %(key)s") % {"key": obj.document_id}
        return self.object_link(KnowledgeDocument(pk=obj.document_id), title)

    @admin.display(description=gettext_lazy("last error"))
    def error_start(self, obj: Any) -> str:
        """Return the beginning of the error."""
        return Truncator(mask_urls(obj.error_text or "", is_cut=True)).chars(LIST_LENGTH)

    @admin.display(description=gettext_lazy("last error"))
    def error(self, obj: Any) -> str:
        """Return the error, without passwords of addresses."""
        return mask_urls(obj.last_error or "") or str(self.get_empty_value_display())
