"""The knowledge base in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import IndexedValuesFilter, Overview
from assistant.embeddings.admin.base import SearchableAdmin
from assistant.embeddings.forms import TagsField
from assistant.embeddings.models import KnowledgeDocument


@admin.register(KnowledgeDocument)
class KnowledgeDocumentAdmin(SearchableAdmin):
    """Documents."""

    fieldsets = (
        (None, {"fields": ("title", "content", "tags", "source")}),
        (
            _("File"),
            {"fields": ("content_type", "language", "file_extension", "file_size", "file_hash")},
        ),
        (_("Embedding"), {"fields": ("embedding_model", "has_vector")}),
        (_("Important dates"), {"fields": ("created_at", "updated_at")}),
    )
    overview = Overview(40, "updated_at")
    readonly_fields = ("embedding_model", "has_vector", "created_at", "updated_at")
    verbatim_fields = ("content",)
    list_display = ("title", "source", "content_type", "has_vector", "updated_at")
    list_filter = (
        ("content_type", IndexedValuesFilter),
        ("language", IndexedValuesFilter),
        "embedding_model",
    )
    search_fields = ("content",)
    search_help_text = _("Words of the content, or the key of a document.")
    ordering = ("-updated_at",)
    sortable_by = ("content_type", "language", "updated_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Ask whether there is a vector, and leave the vector where it is."""
        is_embedded = models.Q(embedding_vector__isnull=False)
        rows: models.QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                is_embedded=models.ExpressionWrapper(
                    is_embedded, output_field=models.BooleanField()
                )
            )
        )
        return rows

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Edit the tags one a line."""
        if db_field.name == "tags":
            label = capfirst(str(db_field.verbose_name))
            return TagsField(label=label, required=False, help_text=_("One a line."))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("embedded"), boolean=True)
    def has_vector(self, obj: Any) -> bool:
        """Tell whether the document has a vector."""
        return bool(getattr(obj, "is_embedded", False))
