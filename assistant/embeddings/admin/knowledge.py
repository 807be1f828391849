"""The knowledge base in the admin site."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import IndexedValuesFilter, LinkedObjectFilter, Overview, highlighted
from assistant.db.admin.users import users_are_searchable
from assistant.db.secrets import mask_urls
from assistant.embeddings.admin.base import SearchableAdmin
from assistant.embeddings.admin.retrying import BUTTON, RetryMixin
from assistant.embeddings.admin.tags import TagFilter, first_tags, tag_chips
from assistant.embeddings.admin.trial_pages import TrialLinkMixin
from assistant.embeddings.admin.uploads import UploadMixin
from assistant.embeddings.forms import KnowledgeDocumentForm, TagsField
from assistant.embeddings.models import KnowledgeDocument


@admin.register(KnowledgeDocument)
class KnowledgeDocumentAdmin(TrialLinkMixin, UploadMixin, RetryMixin, SearchableAdmin):
    """Documents."""

    form = KnowledgeDocumentForm
    fieldsets = (
        (None, {"fields": ("title", "content", "tags", "source", "owner")}),
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
        (_("Search"), {"fields": ("status", "error")}),
        (_("Embedding"), {"fields": ("embedding_model", "has_vector", "vector_dimension")}),
        (_("Important dates"), {"fields": ("created_at", "updated_at")}),
    )
    overview = Overview(40, "updated_at")
    readonly_fields = (
        "size",
        "status",
        "error",
        "embedding_model",
        "has_vector",
        "vector_dimension",
        "created_at",
        "updated_at",
    )
    # Where the host's users can be searched, get_autocomplete_fields() has something better.
    raw_id_fields = ("owner",)
    queue_key = "document_id"
    verbatim_fields = ("content",)
    suggested_fields = ("content_type", "language")
    list_display = (
        "title",
        "status",
        "source",
        "content_type",
        "tag_links",
        "size",
        "owner_link",
        "updated_at",
    )
    list_filter = (
        "status",
        ("content_type", IndexedValuesFilter),
        ("language", IndexedValuesFilter),
        "embedding_model",
        ("tags", TagFilter),
        ("owner", LinkedObjectFilter),
    )
    search_fields = ("title", "content")
    search_help_text = _("Words of the content, the beginning of a title, or a key.")
    newest_by = "updated_at"
    empty_hint = _("No documents yet. Add one, or store them with Django's ORM or by SQL.")
    ordering = ("-updated_at",)
    sortable_by = ("updated_at",)

    class Media:
        css = {
            "all": [
                "assistant_embeddings/tags.css",
                "assistant_embeddings/lists.css",
                "assistant_embeddings/states.css",
            ]
        }

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
        """Fetch the first tags, and of the owner the name."""
        rows: models.QuerySet[Any] = super().list_queryset(queryset).defer("tags")
        name = models.F(f"owner__{get_user_model().USERNAME_FIELD}")
        tagged: models.QuerySet[Any] = rows.annotate(**first_tags("tags"), owner_name=name)
        return tagged

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Look owners up by name where the host's admin site has a search for users."""
        return ("owner",) if users_are_searchable(self.admin_site) else ()

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Edit the tags one a line."""
        if db_field.name == "tags":
            label = capfirst(str(db_field.verbose_name))
            return TagsField(label=label, required=False, help_text=_("One a line."))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Try the document again after the button."""
        super().save_related(request, form, formsets, change)
        if change and BUTTON in request.POST:
            self.try_again(request, [form.instance.pk])

    def response_change(self, request: HttpRequest, obj: models.Model) -> HttpResponse:
        """Stay on the page after the button."""
        if BUTTON in request.POST:
            data = request.POST.copy()
            data["_continue"] = "1"
            request.POST = data  # type: ignore[assignment]
        return super().response_change(request, obj)

    @admin.display(description=_("owner"))
    def owner_link(self, obj: Any) -> str:
        """Return a link to the owner, or say that everybody finds it."""
        if obj.owner_id is None:
            return str(_("everybody"))
        return self.object_link(get_user_model()(pk=obj.owner_id), str(obj.owner_name))

    @admin.display(description=_("last error"))
    def error(self, obj: KnowledgeDocument) -> str:
        """Return the error, without passwords of addresses."""
        return mask_urls(obj.last_error or "") or str(self.get_empty_value_display())

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
