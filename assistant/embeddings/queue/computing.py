"""Vectors of texts, though some of them cannot be embedded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.embeddings.backends import Backend, BackendUnavailable, ModelSpec, embed_texts
from assistant.embeddings.copying import pack_vector
from assistant.embeddings.queue.failures import describe
from assistant.embeddings.queue.items import Vector

__all__ = ["Computed", "compute"]

# So many texts that fail alone, when none has been embedded, and it is not the texts' fault.
HOPELESS = 3


@dataclass
class Computed:
    """The vectors of texts and the errors of others, by content hash.

    ``outage`` says that nothing can be embedded now.
    """

    vectors: dict[str, Vector] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    outage: str | None = None


def compute(texts: Mapping[str, str], *, backend: Backend, spec: ModelSpec) -> Computed:
    """Embed texts, given by content hash; one that fails does not take others along.

    Raises ``BackendUnavailable``.
    """
    computed = Computed()

    def embed(batch: Sequence[str]) -> Exception | None:
        try:
            vectors = embed_texts(backend, spec, [texts[text_hash] for text_hash in batch])
            packed = [pack_vector(vector) for vector in vectors]
        except BackendUnavailable:
            raise
        except Exception as error:
            return error
        computed.vectors.update(zip(batch, packed, strict=True))
        return None

    hashes = list(texts)
    if hashes and not _halve(hashes, embed, computed):
        for text_hash in hashes:
            computed.errors.setdefault(text_hash, computed.outage or "")
    return computed


def _halve(
    batch: list[str], embed: Callable[[Sequence[str]], Exception | None], computed: Computed
) -> bool:
    """Embed a batch, or its halves until what fails is alone; return whether to go on."""
    error = embed(batch)
    if error is None:
        return True
    if len(batch) == 1:
        computed.errors[batch[0]] = describe(error)
        if not computed.vectors and len(computed.errors) >= HOPELESS:
            computed.outage = describe(error)
        return computed.outage is None
    middle = len(batch) // 2
    # A text at the edge first: where all fails, three calls more say so.
    parts = [batch[:1], batch[1:middle], batch[middle:-1], batch[-1:]]
    if computed.vectors:
        parts = [batch[:middle], batch[middle:]]
    return all(_halve(part, embed, computed) for part in parts if part)
