"""Chunks and vectors into the tables: everything of a transaction, or nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connections

from assistant.embeddings.copying import copy_rows
from assistant.embeddings.queue.items import Part, Source, Vector
from assistant.embeddings.queue.locking import lock
from assistant.embeddings.queue.tables import DOCUMENTS, MESSAGES, Table

__all__ = ["store", "store_texts"]

# A chunk stays as it is where it has a vector, or waits for a later part.
DELETE_STALE = """
    DELETE FROM {table} AS c
    USING unnest(%(keys)s::uuid[], %(starts)s::int[], %(stops)s::int[])
        AS p (key, start, stop)
    WHERE c.{key} = p.key AND c.embedding_model_id = %(model)s {own}
      AND c.chunk_index >= p.start AND c.chunk_index < p.stop
      AND NOT EXISTS (
          SELECT FROM unnest(%(chunk_keys)s::uuid[], %(indexes)s::int[], %(hashes)s::text[],
                             %(froms)s::int[], %(tos)s::int[], %(later)s::bool[])
              AS w (key, index, hash, start_offset, end_offset, later)
          WHERE w.key = c.{key} AND w.index = c.chunk_index AND w.hash = c.content_hash
            AND w.start_offset = c.start_offset AND w.end_offset = c.end_offset
            AND (w.later OR c.embedding_vector IS NOT NULL)
      )
"""

FIND_STORED = """
    SELECT c.{key}, c.chunk_index
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
        _finish(finished, table, model_id=model_id, using=using)
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
    keys = [part.source.key for part in parts]
    wanted = [chunk for part in parts for chunk in _wanted(part)]
    ranges: dict[str, Any] = {
        "keys": keys,
        "starts": [part.start for part in parts],
        "stops": [LAST if part.is_first else part.stop for part in parts],
        "model": model_id,
    }
    names = {"table": table.name, "key": table.key, "own": table.own}
    with connections[using].cursor() as cursor:
        cursor.execute(
            DELETE_STALE.format(**names),
            {
                **ranges,
                "chunk_keys": [part.source.key for part, _chunk, _later in wanted],
                "indexes": [chunk.index for _part, chunk, _later in wanted],
                "hashes": [chunk.content_hash for _part, chunk, _later in wanted],
                "froms": [chunk.start for _part, chunk, _later in wanted],
                "tos": [chunk.end for _part, chunk, _later in wanted],
                "later": [later for _part, _chunk, later in wanted],
            },
        )
        cursor.execute(FIND_STORED.format(**names), ranges)
        stored = set(cursor.fetchall())
    copy_rows(
        table.name, table.columns, _rows(wanted, stored, vectors, table, model_id), using=using
    )


def _wanted(part: Part) -> Iterator[tuple[Part, Any, bool]]:
    """Yield the chunks that are written now, and whether their vectors come later."""
    for chunk in part.chunks:
        yield part, chunk, False
    # A document's words can be found as soon as its first part is stored.
    if part.is_first and not part.source.is_message:
        for chunk in part.source.chunks[part.stop :]:
            yield part, chunk, True


def _rows(
    wanted: Sequence[tuple[Part, Any, bool]],
    stored: Collection[tuple[UUID, int]],
    vectors: Mapping[str, Vector],
    table: Table,
    model_id: UUID,
) -> Iterator[Sequence[Any]]:
    for part, chunk, later in wanted:
        source = part.source
        if (source.key, chunk.index) not in stored:
            vector = None if later else vectors[chunk.content_hash]
            yield table.row(source, chunk, vector, model_id)


def _finish(sources: Sequence[Source], table: Table, *, model_id: UUID, using: str) -> None:
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
