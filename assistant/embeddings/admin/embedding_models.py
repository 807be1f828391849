"""Embedding models in the admin site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import TableAdmin
from assistant.embeddings.models import EmbeddingModel


@admin.register(EmbeddingModel)
class EmbeddingModelAdmin(TableAdmin):
    """Models that turn text into vectors."""

    fields = (
        "name",
        "dimension",
        "model_path",
        "description",
        "is_active",
        "is_default",
        "created_at",
    )
    readonly_fields = ("created_at",)
    list_display = ("name", "dimension", "is_active", "is_default", "created_at")
    list_filter = ("is_active", "is_default")
    search_fields = ("name",)
    search_help_text = _("A key or the beginning of a name.")
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the dimension once vectors have it."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "dimension"] if obj and _has_vectors(obj) else fields


def _has_vectors(model: EmbeddingModel) -> bool:
    documents = model.knowledge_documents.filter(embedding_vector__isnull=False)
    return model.conversation_embeddings.exists() or documents.exists()
