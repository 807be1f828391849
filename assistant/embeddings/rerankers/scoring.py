"""Passages in, scores out that a search can sort by."""

import math
from collections.abc import Sequence
from time import monotonic

from assistant.embeddings.backends import BackendUnavailable, EmbeddingError
from assistant.embeddings.rerankers.base import Reranker, RerankerSpec

__all__ = ["score_passages"]


def score_passages(
    reranker: Reranker, spec: RerankerSpec, question: str, texts: Sequence[str]
) -> list[float]:
    """Return one score a text, in order, computed in batches of the re-ranker's size.

    Texts of about the same length go together, for they are padded to the longest of a batch.

    Raises ``BackendUnavailable`` where it takes longer than ``spec.timeout``, which is looked at
    between the batches, and ``EmbeddingError`` where the re-ranker fails, or answers with another
    number of scores, or something that is no finite number.
    """
    deadline = monotonic() + spec.timeout
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    scores = [0.0] * len(texts)
    for start in range(0, len(order), reranker.batch_size):
        if start and monotonic() > deadline:
            raise BackendUnavailable(
                f"{spec.name} had scored {start} of {len(texts)} passages after {spec.timeout:g} "
                'seconds: fewer "candidates", a smaller model or a longer "timeout" help.'
            )
        places = order[start : start + reranker.batch_size]
        answer = _asked(reranker, spec, question, [texts[place] for place in places])
        for place, score in zip(places, _checked(spec, answer, len(places)), strict=True):
            scores[place] = score
    return scores


def _asked(
    reranker: Reranker, spec: RerankerSpec, question: str, texts: Sequence[str]
) -> Sequence[float]:
    try:
        return reranker.scores(question, texts)
    except EmbeddingError:
        raise
    except Exception as error:  # a class of the host's may raise any
        first = (str(error).strip().splitlines() or [""])[0][:300]
        raise EmbeddingError(f"{spec.name} failed: {type(error).__name__}: {first}") from error


def _checked(spec: RerankerSpec, answer: Sequence[float], count: int) -> list[float]:
    tolist = getattr(answer, "tolist", None)  # an array's
    try:
        scores = [float(score) for score in (tolist() if tolist else answer)]
    except (TypeError, ValueError, OverflowError) as error:
        raise EmbeddingError(f"{spec.name} answered with something that is no scores.") from error
    if len(scores) != count:
        raise EmbeddingError(f"{spec.name} answered {count} passages with {len(scores)} scores.")
    if not all(map(math.isfinite, scores)):
        raise EmbeddingError(f"{spec.name} answered with a score that is NaN or infinite.")
    return scores
