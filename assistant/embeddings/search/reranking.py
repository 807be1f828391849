"""The best hits in another order: by a cross-encoder that reads question and passage at once."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

from assistant.embeddings.backends import BackendUnavailable, EmbeddingError
from assistant.embeddings.rerankers import (
    RerankerSpec,
    configured_reranker,
    load_reranker,
    score_passages,
)
from assistant.embeddings.search.hits import Hit

__all__ = ["forget_failures", "reranked", "reranker_for"]

logger = logging.getLogger(__name__)

# Seconds for which one that cannot be had is not asked again: each search would wait for it.
PAUSE = 30.0
_unavailable: dict[RerankerSpec, tuple[float, str]] = {}


def reranker_for(rerank: bool | None) -> RerankerSpec | None:
    """Return the re-ranker of a search: None says as it is set, True that one has to be."""
    if rerank is not None and not isinstance(rerank, bool):
        raise ValueError(f"rerank is {rerank!r}: True, False or None is expected.")
    spec = None if rerank is False else configured_reranker()
    if rerank and spec is None:
        raise ValueError(
            'rerank is True, but there is no re-ranker: set ASSISTANT["RERANKER"], such as '
            '{"backend": "fastembed", "model": "Xenova/ms-marco-MiniLM-L-6-v2"}.'
        )
    return spec


def reranked(
    hits: Sequence[Hit], question: str, *, spec: RerankerSpec, limit: int
) -> tuple[list[Hit], str]:
    """Return the ``limit`` best of some hits, and a note where they stay in the order they had.

    ``score``, ``scores["reranker"]`` and ``ranks["reranker"]`` are then the re-ranker's.
    """
    if not hits:
        return [], ""
    problem = _known_problem(spec)
    if not problem:
        try:
            scores = _scores(hits, question, spec)
        except EmbeddingError as error:
            problem = str(error)
            logger.warning("Not re-ranked. %s", problem)
    if problem:
        return list(hits[:limit]), f"Not re-ranked. {problem}"
    order = sorted(range(len(hits)), key=lambda place: scores[place], reverse=True)
    best = [
        replace(
            hits[place],
            score=scores[place],
            scores={**hits[place].scores, "reranker": scores[place]},
            ranks={**hits[place].ranks, "reranker": rank},
        )
        for rank, place in enumerate(order[:limit], 1)
    ]
    return best, ""


def _known_problem(spec: RerankerSpec) -> str:
    """Return why it could not be had a moment ago; empty to ask it."""
    since, problem = _unavailable.get(spec, (-PAUSE, ""))
    return problem if monotonic() - since < PAUSE else ""


def _scores(hits: Sequence[Hit], question: str, spec: RerankerSpec) -> list[float]:
    try:
        scores = score_passages(load_reranker(spec), spec, question, [hit.text for hit in hits])
    except BackendUnavailable as error:
        _unavailable[spec] = (monotonic(), str(error))
        raise
    _unavailable.pop(spec, None)
    return scores


def forget_failures() -> None:
    """Ask every re-ranker again."""
    _unavailable.clear()
