"""The index of a model's vectors, after a first load."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.db import DatabaseError, connections, models

from assistant.conf import conf
from assistant.embeddings.index_states import INDEXED, read_state
from assistant.embeddings.queue.failures import describe
from assistant.embeddings.vector_indexes import IndexBusyError, build_index

if TYPE_CHECKING:
    from assistant.embeddings.models import EmbeddingModel

__all__ = ["build_missing"]


def build_missing(
    embedding_models: Iterable["EmbeddingModel"], *, using: str, say: Callable[[str], None]
) -> None:
    """Build the indexes that are missing of models with many vectors.

    Searches are right without one, only slower: what goes wrong is said, and not raised.
    """
    if connections[using].in_atomic_block:
        return  # an index is built concurrently, which no transaction can wait for
    for model in embedding_models:
        for chunks in INDEXED:
            state = read_state(connections[using], model, chunks)
            if state.status not in {"missing", "invalid"} or not has_many(chunks, model, using):
                continue
            say(f"{model.name}: building the index {state.name}.")
            try:
                build_index(model, chunks, using=using)
            except IndexBusyError:
                continue
            except DatabaseError as error:
                say(f"{model.name}: {state.name} was not built. {describe(error).splitlines()[0]}")


def has_many(chunks: type[models.Model], model: "EmbeddingModel", using: str) -> bool:
    """Return whether a table has so many of a model's vectors that an index pays."""
    rows = chunks._base_manager.using(using).filter(
        embedding_model=model, embedding_vector__isnull=False
    )
    least = conf.EMBED_INDEX_ROWS
    return bool(rows.order_by()[least - 1 : least].values_list("pk"))
