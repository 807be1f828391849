"""Each model once a process."""

from typing import TYPE_CHECKING

from assistant.embeddings.backends.base import Backend, ModelSpec
from assistant.embeddings.backends.making import Maker

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
NAMES = ("batch_size", "max_tokens", "embed_documents", "embed_query", "tokenizer_file")

_backends: Maker[ModelSpec, Backend] = Maker(BUILT_IN, Backend, NAMES)


def load_backend(model: "ModelSpec | EmbeddingModel") -> Backend:
    """Return a model's backend, loaded unless this process has it already.

    Raises ``BackendUnavailable`` where the model cannot be had, and ``EmbeddingError`` where its
    options are wrong. Neither is remembered: the next call tries again.
    """
    return _backends.load(spec_of(model))


def spec_of(model: "ModelSpec | EmbeddingModel") -> ModelSpec:
    """Return what decides about a model's vectors."""
    return model if isinstance(model, ModelSpec) else ModelSpec.of(model)


def forget_backends() -> None:
    """Let go of all models, and of their memory."""
    _backends.forget()
