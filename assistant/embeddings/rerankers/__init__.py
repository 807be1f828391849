"""What scores passages against a question, both read at once: cross-encoders, off by default.

    spec = configured_reranker()  # of the setting RERANKER, or None
    scores = score_passages(load_reranker(spec), spec, "a question", ["a passage", "another one"])

A re-ranker's library is imported when it is first used.
"""

from assistant.embeddings.rerankers.base import Reranker, RerankerSpec, configured_reranker
from assistant.embeddings.rerankers.loading import forget_rerankers, load_reranker
from assistant.embeddings.rerankers.scoring import score_passages

__all__ = [
    "Reranker",
    "RerankerSpec",
    "configured_reranker",
    "forget_rerankers",
    "load_reranker",
    "score_passages",
]
