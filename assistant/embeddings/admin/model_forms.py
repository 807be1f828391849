"""The form of an embedding model."""

import os
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assistant.db.admin.defaults import DefaultForm
from assistant.db.secrets import find_secret
from assistant.embeddings.admin.backend_states import BACKENDS
from assistant.embeddings.backends.servers import KEY_NAME
from assistant.embeddings.models import EmbeddingModel

__all__ = ["EmbeddingModelForm"]

DOTTED_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
# In capitals, unless there is such a variable: keys, too, are letters and digits.
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


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
        if backend in BACKENDS or backend == self.instance.backend:
            return backend
        if DOTTED_PATH.fullmatch(backend):
            if self.may_name_code:
                return backend
            raise ValidationError(
                _(
                    "Only a superuser can name a class of your own: workers import and call it. "
                    "Use one of %(known)s, or ask a superuser."
                ),
                code="code",
                params={"known": ", ".join(BACKENDS)},
            )
        raise ValidationError(
            _(
                "“%(backend)s” is no backend. Use one of %(known)s, or the dotted path of a class "
                "of your own."
            ),
            code="unknown_backend",
            params={"backend": backend, "known": ", ".join(BACKENDS)},
        )

    def clean_provider(self) -> Any:
        """Refuse secrets; those that are stored already do not hold up other edits."""
        provider = self.cleaned_data["provider"]
        if "provider" not in self.changed_data or not isinstance(provider, dict):
            return provider
        if place := find_secret(provider):
            raise ValidationError(
                _(
                    "What is at %(place)s looks like a secret, and is not for the database. Give "
                    "the name of an environment variable, which the workers read: "
                    '{"api_key_env": "OPENAI_API_KEY"}.'
                ),
                code="secret",
                params={"place": place},
            )
        if self.cleaned_data.get("backend") == "openai" and not _names_key(provider):
            raise ValidationError(
                _(
                    "“api_key_env” is the name of an environment variable that ends in API_KEY, "
                    "such as OPENAI_API_KEY, and not the key itself."
                ),
                code="no_key_variable",
            )
        for option, value in provider.items():
            if option.endswith("_env") and not _names_variable(value):
                raise ValidationError(
                    _(
                        "“%(option)s” is the name of an environment variable, in capitals as in "
                        "OPENAI_API_KEY, and not what the variable holds."
                    ),
                    code="no_variable",
                    params={"option": option},
                )
        return provider


def _names_key(provider: dict[str, Any]) -> bool:
    name = provider.get("api_key_env")
    return not name or (isinstance(name, str) and bool(KEY_NAME.fullmatch(name)))


def _names_variable(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, str) or not VARIABLE.fullmatch(value):
        return False
    return value.isupper() or value in os.environ
