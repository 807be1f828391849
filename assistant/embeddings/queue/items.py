"""What a worker has in hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from assistant.embeddings.splitting import Chunk

__all__ = ["Item", "Part", "Source", "Vector"]

# As pgvector sends it.
Vector = bytes


@dataclass(frozen=True)
class Item:
    """A row of the queue, taken."""

    id: int
    version: int
    attempts: int
    locked_at: datetime | None
    message_id: UUID | None
    document_id: UUID | None


@dataclass(eq=False)
class Source:
    """The message or document that a row names, split.

    ``known`` holds vectors of its chunks, by content hash, that need not be looked up again.
    """

    item: Item
    conversation_id: UUID | None
    content_length: int
    chunks: Sequence["Chunk"]
    known: dict[str, Vector] = field(default_factory=dict)

    @property
    def key(self) -> UUID:
        """Return the message's or document's key."""
        key = self.item.message_id or self.item.document_id
        assert key is not None  # noqa: S101 (the table's CHECK)
        return key

    @property
    def is_message(self) -> bool:
        """Return whether it is a message."""
        return self.item.message_id is not None


@dataclass(eq=False)
class Part:
    """The chunks of a source that are stored in one transaction: all, unless it is long."""

    source: Source
    start: int
    stop: int

    @property
    def chunks(self) -> Sequence["Chunk"]:
        """Return the part's chunks."""
        return self.source.chunks[self.start : self.stop]

    @property
    def is_first(self) -> bool:
        """Return whether the source begins with it."""
        return self.start == 0

    @property
    def is_last(self) -> bool:
        """Return whether the source is done with it."""
        return self.stop >= len(self.source.chunks)
