"""The two tables that chunks are stored in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from assistant.embeddings.copying import (
    Column,
    pack_integer,
    pack_text,
    pack_uuid,
    pack_vector,
)

if TYPE_CHECKING:
    from assistant.embeddings.queue.items import Source, Vector

__all__ = ["DOCUMENTS", "MESSAGES", "Table"]

CHUNK_COLUMNS: tuple[Column, ...] = (
    ("embedding_model_id", pack_uuid),
    ("chunk_index", pack_integer),
    ("chunk_text", pack_text),
    ("content_hash", pack_text),
    ("start_offset", pack_integer),
    ("end_offset", pack_integer),
    ("embedding_vector", pack_vector),
)


@dataclass(frozen=True)
class Table:
    """A table of chunks: its name, the column of what they are of, and which rows are ours."""

    name: str
    key: str
    own: str
    columns: Sequence[Column]
    keys_of: Callable[["Source"], Sequence[Any]]

    def row(
        self,
        source: "Source",
        chunk: Any,
        vector: "Sequence[float] | Vector | None",
        model_id: UUID,
    ) -> Sequence[Any]:
        """Return the values of a chunk, the splitter's or alike, in the columns' order."""
        return (
            *self.keys_of(source),
            model_id,
            chunk.index,
            chunk.text,
            chunk.content_hash,
            chunk.start,
            chunk.end,
            vector,
        )


MESSAGES = Table(
    name="conversation_embeddings",
    key="message_id",
    # Files and the like of a message are the host's.
    own="AND c.source_type = 'message'",
    columns=(
        ("conversation_id", pack_uuid),
        ("message_id", pack_uuid),
        ("source_type", pack_text),
        *CHUNK_COLUMNS,
    ),
    keys_of=lambda source: (source.conversation_id, source.key, "message"),
)

DOCUMENTS = Table(
    name="knowledge_chunks",
    key="document_id",
    own="",
    columns=(("document_id", pack_uuid), *CHUNK_COLUMNS),
    keys_of=lambda source: (source.key,),
)
