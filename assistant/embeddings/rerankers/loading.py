"""Each re-ranker once a process."""

from assistant.embeddings.backends.making import Maker
from assistant.embeddings.rerankers.base import Reranker, RerankerSpec

__all__ = ["forget_rerankers", "load_reranker"]

BUILT_IN = {
    "fastembed": "assistant.embeddings.rerankers.fastembed.FastembedReranker",
    "sentence_transformers": (
        "assistant.embeddings.rerankers.sentence_transformers.SentenceTransformersReranker"
    ),
    "http": "assistant.embeddings.rerankers.http.HttpReranker",
}

_rerankers: Maker[RerankerSpec, Reranker] = Maker(
    BUILT_IN, Reranker, ("batch_size", "scores"), what="re-ranker"
)


def load_reranker(spec: RerankerSpec) -> Reranker:
    """Return a re-ranker, loaded unless this process has it already.

    Raises ``BackendUnavailable`` where it cannot be had, and ``EmbeddingError`` where its options
    are wrong. Neither is remembered: the next call tries again.
    """
    return _rerankers.load(spec)


def forget_rerankers() -> None:
    """Let go of all of them, and of their memory."""
    _rerankers.forget()
