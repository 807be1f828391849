"""Chunks and vectors into the tables: everything of a transaction, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connections

from assistant.embeddings.copying import copy_rows
from assistant.embeddings.queue.items import Part, Source, Vector
from assistant.embeddings.queue.locking import lock
from assistant.embeddings.queue.tables import DOCUMENTS, MESSAGES, Table

__all__ = ["finish", "store", "store_texts"]

FIND_STORED = """
    SELECT c.id, c.embedding_vector IS NOT NULL,
           c.{key}, c.chunk_index, c.content_hash, c.start_offset, c.end_offset
    FROM {table} AS c
    JOIN unnest(%(keys)s::uuid[], %(starts)s::int[], %(stops)s::int[])
        AS p (key, start, stop) ON c.{key} = p.key
    WHERE c.embedding_model_id = %(model)s {own}
      AND c.chunk_index >= p.start AND c.chunk_index < p.stop
"""

FINISH_DOCUMENTS = """
    UPDATE knowledge_base AS d
    SET embedding_vector = mean.vector,
        embedding_model_id = CASE WHEN mean.vector IS NOT NULL THEN m.id END,
        status = 'ready',
        last_error = NULL
    FROM embedding_models AS m
    CROSS JOIN unnest(%(keys)s::uuid[]) AS w (key)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN vector_norm(avg(c.embedding_vector)) BETWEEN 1e-15 AND 1e15
                    THEN l2_normalize(avg(c.embedding_vector)) END AS vector
        FROM knowledge_chunks AS c
        WHERE c.document_id = w.key AND c.embedding_model_id = m.id
    ) AS mean
    WHERE m.id = %(model)s AND m.is_default AND d.id = w.key
"""

# The end of chunk_index, for parts that clear whatever comes.
LAST = 2**31 - 1


def store(
    parts: Sequence[Part], vectors: Mapping[str, Vector], *, model_id: UUID, using: str
) -> list[Source]:
    """Store parts of sources of one kind in the transaction that is open.

    Return the sources that were stored. The others are locked by somebody, or have changed.
    """
    if not parts:
        return []
    table = MESSAGES if parts[0].source.is_message else DOCUMENTS
    held = lock([part.source for part in parts], table, model_id=model_id, using=using)
    parts = [part for part in parts if part.source in held]
    if parts:
        _write(parts, vectors, table, model_id=model_id, using=using)
        finished = [part.source for part in parts if part.is_last]
        finish(finished, table, model_id=model_id, using=using)
    return [part.source for part in parts]


def store_texts(sources: Sequence[Source], *, model_id: UUID, using: str) -> None:
    """Store the chunks of documents without vectors: the words can be found meanwhile."""
    held = lock(sources, DOCUMENTS, model_id=model_id, using=using)
    parts = [Part(source, 0, 0) for source in sources if source in held]
    if parts:
        _write(parts, {}, DOCUMENTS, model_id=model_id, using=using)


def _write(
    parts: Sequence[Part],
    vectors: Mapping[str, Vector],
    table: Table,
    *,
    model_id: UUID,
    using: str,
) -> None:
    wanted = {
        (part.source.key, chunk.index, chunk.content_hash, chunk.start, chunk.end): (
            part,
            chunk,
            later,
        )
        for source_part in parts
        for part, chunk, later in _wanted(source_part)
    }
    stale: list[UUID] = []
    with connections[using].cursor() as cursor:
        cursor.execute(
            FIND_STORED.format(table=table.name, key=table.key, own=table.own),
            {
                "keys": [part.source.key for part in parts],
                "starts": [part.start for part in parts],
                "stops": [LAST if part.is_first else part.stop for part in parts],
                "model": model_id,
            },
        )
        for row_id, has_vector, *place in cursor.fetchall():
            # A chunk stays as it is where it has a vector, or waits for a later part.
            entry = wanted.get(tuple(place))
            if entry is not None and (has_vector or entry[-1]):
                del wanted[tuple(place)]
            else:
                stale.append(row_id)
        if stale:
            cursor.execute(
                f"DELETE FROM {table.name} WHERE id = ANY (%s)",  # noqa: S608 (one of two names)
                [stale],
            )
    rows = (
        table.row(part.source, chunk, None if later else vectors[chunk.content_hash], model_id)
        for part, chunk, later in wanted.values()
    )
    copy_rows(table.name, table.columns, rows, using=using)


def _wanted(part: Part) -> Iterator[tuple[Part, Any, bool]]:
    """Yield the chunks that are written now, and whether their vectors come later."""
    for chunk in part.chunks:
        yield part, chunk, False
    # A document's words can be found as soon as its first part is stored.
    if part.is_first and not part.source.is_message:
        for chunk in part.source.chunks[part.stop :]:
            yield part, chunk, True


def finish(sources: Sequence[Source], table: Table, *, model_id: UUID, using: str) -> None:
    """Say that sources are done, whose rows of the queue are locked."""
    with connections[using].cursor() as cursor:
        if table is DOCUMENTS and sources:
            cursor.execute("SELECT set_config('assistant.embeds', 'on', true)")
            cursor.execute(
                FINISH_DOCUMENTS,
                {"keys": [source.key for source in sources], "model": model_id},
            )
            cursor.execute("SELECT set_config('assistant.embeds', '', true)")
        cursor.execute(
            "DELETE FROM embedding_queue WHERE id = ANY (%s)",
            [[source.item.id for source in sources]],
        )
