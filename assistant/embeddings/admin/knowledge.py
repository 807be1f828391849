"""The knowledge base in the admin site."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db import models
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import IndexedValuesFilter, Overview, highlighted
from assistant.embeddings.admin.base import SearchableAdmin
from assistant.embeddings.admin.tags import TagFilter, first_tags, tag_chips
from assistant.embeddings.admin.uploads import UploadMixin
from assistant.embeddings.forms import KnowledgeDocumentForm, TagsField
from assistant.embeddings.models import KnowledgeDocument


@admin.register(KnowledgeDocument)
class KnowledgeDocumentAdmin(UploadMixin, SearchableAdmin):
    """Documents."""

    form = KnowledgeDocumentForm
    fieldsets = (
        (None, {"fields": ("title", "content", "tags", "source")}),
        (
            _("File"),
            {
                "fields": (
                    "content_type",
                    "language",
                    "file_extension",
                    "file_size",
                    "size",
                    "file_hash",
                )
            },
        ),
        (_("Embedding"), {"fields": ("embedding_model", "has_vector", "vector_dimension")}),
        (_("Important dates"), {"fields": ("created_at", "updated_at")}),
    )
    overview = Overview(40, "updated_at")
    readonly_fields = (
        "size",
        "embedding_model",
        "has_vector",
        "vector_dimension",
        "created_at",
        "updated_at",
    )
    verbatim_fields = ("content",)
    suggested_fields = ("content_type", "language")
    list_display = (
        "title",
        "source",
        "content_type",
        "tag_links",
        "size",
        "has_vector",
        "updated_at",
    )
    list_filter = (
        ("content_type", IndexedValuesFilter),
        ("language", IndexedValuesFilter),
        "embedding_model",
        ("tags", TagFilter),
    )
    search_fields = ("title", "content")
    search_help_text = _("Words of the content, the beginning of a title, or a key.")
    newest_by = "updated_at"
    empty_hint = _("No documents yet. Add one, or store them with Django's ORM or by SQL.")
    ordering = ("-updated_at",)
    sortable_by = ("updated_at",)

    class Media:
        css = {"all": ["assistant_embeddings/tags.css", "assistant_embeddings/lists.css"]}

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

    def get_list_display(self, request: HttpRequest) -> Any:
        """Show the passages that a search has found."""
        title, *others = super().get_list_display(request)
        found = ["found"] if request.GET.get(SEARCH_VAR, "").strip() else []
        return [title, *found, *others]

    @admin.display(description=_("found"))
    def found(self, obj: Any) -> str:
        """Return the passages in which the words were found."""
        return highlighted(obj.__dict__.get("excerpt", ""))

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the first tags."""
        rows: models.QuerySet[Any] = super().list_queryset(queryset).defer("tags")
        tagged: models.QuerySet[Any] = rows.annotate(**first_tags("tags"))
        return tagged

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

    @admin.display(description=_("dimension"))
    def vector_dimension(self, obj: Any) -> str:
        """Return how many numbers the vector has; the numbers stay in the database."""
        if not self.has_vector(obj):
            return str(self.get_empty_value_display())
        dimension = models.Func(
            "embedding_vector", function="vector_dims", output_field=models.IntegerField()
        )
        found = self.model._base_manager.filter(pk=obj.pk).values_list(dimension).first()
        return number_format(found[0]) if found else str(self.get_empty_value_display())

    @admin.display(description=_("size"))
    def size(self, obj: KnowledgeDocument) -> str:
        """Return the file's size as people write it."""
        if obj.file_size is None:  # a page of one row would show None as "None"
            return str(self.get_empty_value_display())
        return filesizeformat(obj.file_size)

    @admin.display(description=_("tags"))
    def tag_links(self, obj: Any) -> str:
        """Return the first tags, each a link to the documents that have it."""
        return tag_chips(self.admin_site, self.opts, obj.tags_start, obj.tags_count)
