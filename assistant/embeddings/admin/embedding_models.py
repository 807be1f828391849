"""Embedding models in the admin site."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import TableAdmin
from assistant.db.admin.defaults import DefaultForm, DefaultMixin
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.services import set_default_embedding_model


class EmbeddingModelForm(DefaultForm):
    """Check that the default is in use."""

    def check_default(self) -> None:
        """Refuse a default that is not active."""
        is_default = self.becomes_default or self.instance.is_default
        if is_default and self.cleaned_data.get("is_active") is False:
            error = _("The default is active. Make another model the default first.")
            if self.becomes_default:
                error = _("Only an active model can be the default. Make it active.")
            self.add_error("is_active", ValidationError(error, code="inactive_default"))


@admin.register(EmbeddingModel)
class EmbeddingModelAdmin(DefaultMixin, TableAdmin):
    """Models that turn text into vectors."""

    form = EmbeddingModelForm

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
    list_display = ("name", "default_mark", "dimension", "is_active", "created_at")
    list_filter = ("is_active", "is_default")
    search_fields = ("name",)
    search_help_text = _("A key or the beginning of a name.")
    ordering = ("name",)

    class Media:
        css = {"all": ["assistant_embeddings/defaults.css"]}

    def set_default(self, obj: EmbeddingModel) -> list[EmbeddingModel]:
        """Switch in the database."""
        return set_default_embedding_model(embedding_model=obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the dimension once vectors have it."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "dimension"] if obj and _has_vectors(obj) else fields


def _has_vectors(model: Any) -> bool:
    # Django asks several times a page.
    if not hasattr(model, "_has_vectors"):
        documents = model.knowledge_documents.filter(embedding_vector__isnull=False)
        model._has_vectors = model.conversation_embeddings.exists() or documents.exists()
    found: bool = model._has_vectors
    return found
