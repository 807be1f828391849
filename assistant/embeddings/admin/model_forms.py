"""The form of an embedding model."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assistant.db.admin.defaults import DefaultForm
from assistant.embeddings.model_validation import validate_backend, validate_provider
from assistant.embeddings.models import EmbeddingModel

__all__ = ["EmbeddingModelForm"]


class EmbeddingModelForm(DefaultForm):
    """Check that the default is in use, that no secret is stored, and who names code to run."""

    # Whether who fills it in may name any class there is, which workers then import and call.
    may_name_code = False

    def check_default(self) -> None:
        """Refuse a default that is not live."""
        if not (self.becomes_default or self.instance.is_default):
            return
        if self.cleaned_data.get("is_active") is False:
            error = _("The default is active. Make another model the default first.")
            if self.becomes_default:
                error = _("Only an active model can be the default. Make it active.")
            self.add_error("is_active", ValidationError(error, code="inactive_default"))
        if self.cleaned_data.get("status") == EmbeddingModel.Status.RETIRED:
            error = _("The default is not retired. Make another model the default first.")
            if self.becomes_default:
                error = _("A retired model cannot be the default. Choose another status.")
            self.add_error("status", ValidationError(error, code="retired_default"))

    def clean_backend(self) -> str:
        """Refuse what names no backend."""
        backend: str = self.cleaned_data["backend"]
        if backend != self.instance.backend:
            validate_backend(backend, may_name_code=self.may_name_code)
        return backend

    def clean_provider(self) -> Any:
        """Refuse secrets; those that are stored already do not hold up other edits."""
        provider = self.cleaned_data["provider"]
        if "provider" in self.changed_data:
            validate_provider(provider, backend=self.cleaned_data.get("backend"))
        return provider
