"""The passages of documents in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import LinkedObjectFilter
from assistant.embeddings.admin.passages import PassageAdmin
from assistant.embeddings.admin.trial_pages import TrialMixin
from assistant.embeddings.models import KnowledgeChunk, KnowledgeDocument


@admin.register(KnowledgeChunk)
class KnowledgeChunkAdmin(TrialMixin, PassageAdmin):
    """What searches find of documents."""

    fields = (
        "document_link",
        "owner_link",
        "chunk_index",
        "place",
        "chunk_text",
        "content_hash",
        "embedding_model",
        "has_vector",
        "vector_dimension",
        "created_at",
    )
    list_display = (
        "start",
        "document_link",
        "chunk_index",
        "place",
        "embedding_model",
        "has_vector",
    )
    list_filter = ("embedding_model", ("document", LinkedObjectFilter))
    list_select_related = ("document", "embedding_model")
    search_keys = ("id", "document_id")
    search_help_text = _("Words of the text, or the key of a chunk or a document.")
    empty_hint = _("No chunks yet. manage.py embed makes them of documents.")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Fetch the document's title, and ask whether there is a vector."""
        columns = {field.name for field in KnowledgeDocument._meta.concrete_fields}
        is_embedded = models.ExpressionWrapper(
            models.Q(embedding_vector__isnull=False), output_field=models.BooleanField()
        )
        rows: models.QuerySet[Any] = (
            super()
            .get_queryset(request)
            .select_related("document", "embedding_model")
            .defer(*(f"document__{name}" for name in columns - {"id", "title"}))
            .annotate(is_embedded=is_embedded)
        )
        return rows

    def get_ordering(self, request: HttpRequest) -> Any:
        """Follow a document's text, by the index of its chunks."""
        if "document__exact" in request.GET:
            return ("document", "embedding_model", "chunk_index")
        return super().get_ordering(request)

    @admin.display(description=_("document"))
    def document_link(self, obj: KnowledgeChunk) -> str:
        """Return a link to the document."""
        return self.object_link(obj.document, str(obj.document))

    @admin.display(description=_("owner"))
    def owner_link(self, obj: Any) -> str:
        """Return a link to who finds it, or say that everybody does."""
        return str(_("everybody")) if obj.owner_id is None else self.user_link(obj.owner_id)

    @admin.display(description=_("embedded"), boolean=True)
    def has_vector(self, obj: Any) -> bool:
        """Tell whether it has its vector."""
        return bool(obj.is_embedded)
