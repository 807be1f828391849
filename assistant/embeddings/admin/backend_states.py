"""Whether a model's backend can be loaded here, told without loading it."""

import os
from importlib.util import find_spec
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from assistant.embeddings.models import EmbeddingModel

__all__ = ["BACKENDS", "BackendState", "backend_state"]

# The backends that come along: the module that each needs, and the extra that brings it.
BACKENDS = {
    "fastembed": ("fastembed", "fastembed"),
    "sentence_transformers": ("sentence_transformers", "sentence-transformers"),
    "openai": None,
}


class BackendState(NamedTuple):
    """Whether nothing is missing, and what is to be said."""

    is_ready: bool
    text: str


def backend_state(model: EmbeddingModel) -> BackendState:
    """Look for what the backend needs: a package, a folder, an environment variable."""
    problem = _missing_package(model) or _missing_folder(model) or _missing_variable(model)
    if problem:
        return BackendState(False, problem)
    if model.backend == "openai" or model.model_path or model.backend not in BACKENDS:
        return BackendState(True, _("Everything it needs is here."))
    return BackendState(
        True,
        _(
            "Its package is here. Without a model path the model itself is downloaded when it is "
            "first used."
        ),
    )


def _missing_package(model: EmbeddingModel) -> str | None:
    if model.backend in BACKENDS:
        needed = BACKENDS[model.backend]
        if needed is None or _is_there(needed[0]):
            return None
        return _(
            "“%(module)s” is not installed here: pip install "
            '"django-ai-assistant-backend[%(extra)s]"'
        ) % {"module": needed[0], "extra": needed[1]}
    package, separator, _rest = model.backend.partition(".")
    if separator and _is_there(package):
        return None
    return _(
        "There is no “%(backend)s” here. Use one of %(known)s, or the dotted path of a class of "
        "your own."
    ) % {"backend": model.backend, "known": ", ".join(BACKENDS)}


def _is_there(module: str) -> bool:
    # Of a dotted path only the first part: the search for the others imports those before them.
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _missing_folder(model: EmbeddingModel) -> str | None:
    if not model.model_path or os.path.isdir(os.path.expanduser(model.model_path)):
        return None
    return _(
        "There is no folder %(path)s here. Put the model's files there, or change the model path."
    ) % {"path": model.model_path}


def _missing_variable(model: EmbeddingModel) -> str | None:
    provider: Any = model.provider
    name = provider.get("api_key_env") if isinstance(provider, dict) else None
    if not isinstance(name, str) or not name or os.environ.get(name, "").strip():
        return None
    text = _("The environment variable %(name)s is not set here. Set it, and start this again.")
    return text % {"name": name}
