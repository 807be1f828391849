"""Texts in, vectors out that the database can store."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.embeddings.backends.base import Backend, EmbeddingError, ModelSpec, option
from assistant.embeddings.backends.loading import spec_of

if TYPE_CHECKING:
    from assistant.embeddings.models import EmbeddingModel

__all__ = ["embed_query", "embed_texts"]

# Beyond these lengths, distances are computed with no or infinite numbers.
SHORTEST, LONGEST = 1e-15, 1e15
# Within these, a vector also fits into an index of half precision.
COMFORTABLE = (1e-2, 6e4)


def embed_texts(
    backend: Backend, model: "ModelSpec | EmbeddingModel", texts: Sequence[str]
) -> list[list[float]]:
    """Return one vector a text, in order, computed in batches of the backend's size.

    Texts of about the same length go together, for they are padded to the longest of a batch.

    Raises ``EmbeddingError`` where the backend cannot embed them, or answers with another number
    of vectors, another size, NaN, infinity or zeros.
    """
    spec = spec_of(model)
    prefix = option(spec, "document_prefix", "")
    # The longest first: what needs too much memory needs it at once.
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]), reverse=True)
    vectors: list[list[float]] = [[]] * len(texts)
    for start in range(0, len(order), backend.batch_size):
        places = order[start : start + backend.batch_size]
        answers = backend.embed_documents([prefix + texts[place] for place in places])
        if len(answers) != len(places):
            raise EmbeddingError(
                f"{spec.name} answered {len(places)} texts with {len(answers)} vectors."
            )
        for place, answer in zip(places, answers, strict=True):
            vectors[place] = _checked(spec, answer)
    return vectors


def embed_query(backend: Backend, model: "ModelSpec | EmbeddingModel", text: str) -> list[float]:
    """Return a question's vector.

    Raises ``EmbeddingError`` as ``embed_texts`` does.
    """
    spec = spec_of(model)
    return _checked(spec, backend.embed_query(option(spec, "query_prefix", "") + text))


def _checked(spec: ModelSpec, answer: Sequence[float]) -> list[float]:
    tolist = getattr(answer, "tolist", None)  # an array's
    try:
        vector: list[float] = list(tolist() if tolist else answer)
        length = math.hypot(*vector)
    except (TypeError, OverflowError) as error:
        raise EmbeddingError(f"{spec.name} answered with something that is no vector.") from error
    if len(vector) != spec.dimension:
        raise EmbeddingError(
            f"{spec.name} answered with a vector of {len(vector):,} numbers, but its dimension is "
            f"{spec.dimension:,}: correct the dimension, or choose another model."
        )
    if not math.isfinite(length):
        raise EmbeddingError(f"{spec.name} answered with a vector that holds NaN or infinity.")
    if not SHORTEST <= length <= LONGEST:
        what = "only zeros" if length == 0 else f"the length {length:.1e}"
        raise EmbeddingError(f"{spec.name} answered with a vector of {what}: it has no direction.")
    low, high = COMFORTABLE
    if spec.distance == "cosine" and not low <= length <= high:
        return [value / length for value in vector]  # only its direction counts
    return vector
