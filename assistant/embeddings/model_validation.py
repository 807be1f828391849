"""What an embedding model's row may say, whoever writes it: the admin, or a command."""

import os
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assistant.db.secrets import find_secret
from assistant.embeddings.backends.loading import BUILT_IN
from assistant.embeddings.backends.servers import KEY_NAME

__all__ = ["validate_backend", "validate_provider"]

DOTTED_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
# In capitals, unless there is such a variable: keys, too, are letters and digits.
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def validate_backend(backend: str, *, may_name_code: bool) -> None:
    """Refuse what names no backend, and code from those who may not name any."""
    if backend in BUILT_IN:
        return
    known = ", ".join(BUILT_IN)
    if not DOTTED_PATH.fullmatch(backend):
        raise ValidationError(
            _(
                "“%(backend)s” is no backend. Use one of %(known)s, or the dotted path of a class "
                "of your own."
            ),
            code="unknown_backend",
            params={"backend": backend, "known": known},
        )
    if not may_name_code:
        raise ValidationError(
            _(
                "Only a superuser can name a class of your own: workers import and call it. "
                "Use one of %(known)s, or ask a superuser."
            ),
            code="code",
            params={"known": known},
        )


def validate_provider(provider: Any, *, backend: str | None) -> None:
    """Refuse secrets: the database holds the names of environment variables."""
    if not isinstance(provider, dict):
        return  # the field's own to refuse
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
    if backend == "openai" and not _names_key(provider):
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


def _names_key(provider: dict[str, Any]) -> bool:
    name = provider.get("api_key_env")
    return not name or (isinstance(name, str) and bool(KEY_NAME.fullmatch(name)))


def _names_variable(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, str) or not VARIABLE.fullmatch(value):
        return False
    return value.isupper() or value in os.environ
