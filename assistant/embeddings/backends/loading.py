"""Each model once a process."""

import os
from collections import defaultdict
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

from assistant.embeddings.backends.base import (
    Backend,
    BackendUnavailable,
    EmbeddingError,
    ModelSpec,
)

if TYPE_CHECKING:
    from assistant.embeddings.models import EmbeddingModel

__all__ = ["forget_backends", "load_backend", "spec_of"]

BUILT_IN = {
    "fastembed": "assistant.embeddings.backends.fastembed.FastembedBackend",
    "sentence_transformers": (
        "assistant.embeddings.backends.sentence_transformers.SentenceTransformersBackend"
    ),
    "openai": "assistant.embeddings.backends.openai.OpenAIBackend",
}

_loaded: dict[ModelSpec, Backend] = {}
# A model that takes minutes to come does not hold up another one.
_locks: defaultdict[ModelSpec, Lock] = defaultdict(Lock)


def load_backend(model: "ModelSpec | EmbeddingModel") -> Backend:
    """Return a model's backend, loaded unless this process has it already.

    Raises ``BackendUnavailable`` where the model cannot be had, and ``EmbeddingError`` where its
    options are wrong. Neither is remembered: the next call tries again.
    """
    spec = spec_of(model)
    if (backend := _loaded.get(spec)) is None:
        with _locks[spec]:
            if (backend := _loaded.get(spec)) is None:
                backend = _loaded[spec] = _make(spec)
    return backend


def spec_of(model: "ModelSpec | EmbeddingModel") -> ModelSpec:
    """Return what decides about a model's vectors."""
    return model if isinstance(model, ModelSpec) else ModelSpec.of(model)


def forget_backends() -> None:
    """Let go of all models, and of their memory."""
    _loaded.clear()
    _locks.clear()


def _make(spec: ModelSpec) -> Backend:
    path = BUILT_IN.get(spec.backend, spec.backend)
    try:
        factory: Callable[[ModelSpec], Backend] = import_string(path)
    except ImportError as error:
        raise BackendUnavailable(
            f'{spec.name}: the backend "{spec.backend}" cannot be imported ({error}); use one of '
            f"{', '.join(BUILT_IN)}, or the dotted path of a class of yours."
        ) from error
    try:
        backend = factory(spec)
    except EmbeddingError:
        raise
    except Exception as error:
        raise BackendUnavailable(
            f'{spec.name}: the backend "{spec.backend}" could not be made: '
            f"{type(error).__name__}: {error}"
        ) from error
    if not isinstance(backend, Backend):
        missing = [name for name in BACKEND_NAMES if not hasattr(backend, name)]
        raise BackendUnavailable(
            f'{spec.name}: "{spec.backend}" made no backend, for it has no {", ".join(missing)}.'
        )
    return backend


BACKEND_NAMES = ("batch_size", "max_tokens", "embed_documents", "embed_query", "tokenizer_file")

# Another process's threads do not come along, and a lock that one of them held stays locked.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_backends)
