"""What computes vectors: fastembed, sentence-transformers, a server, or a class of the host's.

    model = EmbeddingModel.objects.get(is_default=True)
    vectors = embed_texts(load_backend(model), model, ["first text", "second text"])

A backend's library is imported when it is first used; models and migrations need none.
"""

from assistant.embeddings.backends.base import (
    Backend,
    BackendUnavailable,
    EmbeddingError,
    ModelSpec,
)
from assistant.embeddings.backends.embedding import embed_query, embed_texts
from assistant.embeddings.backends.loading import forget_backends, load_backend

__all__ = [
    "Backend",
    "BackendUnavailable",
    "EmbeddingError",
    "ModelSpec",
    "embed_query",
    "embed_texts",
    "forget_backends",
    "load_backend",
]
