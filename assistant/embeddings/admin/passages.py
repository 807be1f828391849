"""What the pages of both kinds of passages share: of conversations' and of documents'."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.db.admin import ReadOnlyAdmin, highlighted
from assistant.db.admin.forms import grouped
from assistant.embeddings.admin.base import SearchableAdmin
from assistant.embeddings.admin.trial_pages import TrialLinkMixin

__all__ = ["PassageAdmin"]

# How much of a text a list shows.
LIST_LENGTH = 100

# What a passage's page needs nothing of, and may be large.
LARGE = (
    "embedding_vector",
    "embedding_model__description",
    "embedding_model__model_path",
    "embedding_model__provider",
)


class PassageAdmin(TrialLinkMixin, SearchableAdmin, ReadOnlyAdmin):
    """Passages, without their vectors."""

    search_fields = ("chunk_text",)
    text_field = "chunk_text"
    ordering = ("-pk",)
    sortable_by = ()

    class Media:
        css = {"all": ["assistant_embeddings/lists.css"]}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave out what is large."""
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("embedding_model").defer(*LARGE)

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the beginning of the text."""
        rows: models.QuerySet[Any] = (
            super().list_queryset(queryset).annotate(text_start=Left("chunk_text", LIST_LENGTH + 1))
        )
        return rows

    @admin.display(description=gettext_lazy("text"))
    def start(self, obj: Any) -> str:
        """Return the beginning of the text, or the passages that a search has found."""
        if excerpt := obj.__dict__.get("excerpt"):
            return highlighted(excerpt)
        return Truncator(obj.text_start).chars(LIST_LENGTH)

    @admin.display(description=gettext_lazy("place"))
    def place(self, obj: Any) -> str:
        """Return where in its source the text is."""
        if obj.start_offset is None or obj.end_offset is None:
            return str(self.get_empty_value_display())
        places = {"start": grouped(obj.start_offset), "end": grouped(obj.end_offset)}
        return _("characters %(start)s to %(end)s") % places

    @admin.display(description=gettext_lazy("dimension"))
    def vector_dimension(self, obj: Any) -> str:
        """Return how many numbers the vector has: as many as its model says."""
        return grouped(obj.embedding_model.dimension)
