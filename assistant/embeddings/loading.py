"""Vectors that somebody has computed already, into the tables by COPY."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connections, router, transaction

from assistant.conversations.models import Message
from assistant.embeddings.copying import copy_rows
from assistant.embeddings.models import EmbeddingModel, KnowledgeDocument
from assistant.embeddings.queue.items import Item, Source
from assistant.embeddings.queue.locking import lock
from assistant.embeddings.queue.storing import finish
from assistant.embeddings.queue.tables import DOCUMENTS, MESSAGES, Table

__all__ = ["ReadyVector", "load_vectors"]

ROWS = 5_000


@dataclass(frozen=True)
class ReadyVector:
    """The vector of a chunk: ``content[start:end]`` of a message or document, in characters."""

    source_id: UUID
    text: str
    vector: Sequence[float]
    index: int = 0
    start: int = 0

    @property
    def end(self) -> int:
        """Return where the chunk ends."""
        return self.start + len(self.text)

    @property
    def content_hash(self) -> str:
        """Return the text's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def load_vectors(
    *,
    sources: type[Message] | type[KnowledgeDocument],
    rows: Iterable[ReadyVector],
    embedding_model: EmbeddingModel,
    using: str | None = None,
) -> int:
    """Store the vectors of all chunks of messages, or of documents, and return their number.

    The sources' rows in the queue go, as when a worker has embedded them; a source that has been
    changed meanwhile stays queued. The sources must not have chunks of that model yet. All is
    stored, or nothing. Before a first load of many, leave the building of the vector index for
    later: it is several times faster.

    Raises ``ValueError``, which names the row, for a vector that cannot be stored, and for a
    source that is not there.
    """
    using = using or router.db_for_write(sources)
    table = MESSAGES if issubclass(sources, Message) else DOCUMENTS
    pending = iter(rows)
    total = 0
    queued: dict[UUID, Source] = {}
    with transaction.atomic(using=using):
        while batch := list(islice(pending, ROWS)):
            for number, row in enumerate(batch, total + 1):
                check(row, number, embedding_model)
            found = _sources({row.source_id for row in batch}, table, embedding_model, using)
            if missing := {row.source_id for row in batch} - found.keys():
                name = sources._meta.verbose_name
                raise ValueError(f"There is no {name} {missing.pop()}: store it first.")
            values = (table.row(found[r.source_id], r, r.vector, embedding_model.pk) for r in batch)
            total += copy_rows(table.name, table.columns, values, using=using)
            # A row of the queue, where there is one, as it was before its source's first chunk.
            queued = found | queued
    with transaction.atomic(using=using):
        held = lock(list(queued.values()), table, model_id=embedding_model.pk, using=using)
        finish(list(held), table, model_id=embedding_model.pk, using=using)
    return total


def check(row: ReadyVector, number: int, model: EmbeddingModel) -> None:
    """Refuse what the database would, by the row's number."""
    problem = None
    if len(row.vector) != model.dimension:
        problem = f"{len(row.vector)} numbers, but {model.name} has {model.dimension}"
    elif not 1e-15 <= math.hypot(*row.vector) <= 1e15:  # nor NaN
        problem = "no direction: it is all zeros, holds NaN, or its length is not within 1e-15…1e15"
    elif "\0" in row.text or row.index < 0 or row.start < 0:
        problem = "a text with NUL, or a negative place"
    if problem:
        raise ValueError(f"Row {number}, of {row.source_id}, has {problem}.")


def _sources(
    keys: set[UUID], table: Table, model: EmbeddingModel, using: str
) -> dict[UUID, Source]:
    """Return the sources that there are, with their rows of the queue."""
    source = "messages" if table is MESSAGES else "knowledge_base"
    conversation = "s.conversation_id" if table is MESSAGES else "NULL"
    statement = (
        f"SELECT s.id, {conversation}, q.id, q.version FROM {source} AS s"  # noqa: S608 (ours)
        f" LEFT JOIN embedding_queue AS q ON q.{table.key} = s.id AND q.embedding_model_id = %s"
        " WHERE s.id = ANY (%s)"
    )
    with connections[using].cursor() as cursor:
        cursor.execute(statement, [model.pk, list(keys)])
        return {row[0]: _source(table, *row) for row in cursor.fetchall()}


def _source(
    table: Table, key: UUID, conversation: UUID | None, item: int | None, version: int | None
) -> Source:
    places: dict[str, Any] = {"message_id": None, "document_id": None, table.key: key}
    # No row has the number 0.
    row = Item(id=item or 0, version=version or 0, attempts=0, locked_at=None, **places)
    return Source(row, conversation, 0, ())
