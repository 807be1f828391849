"""The indexes of vectors as they are: what they are called, whether they can be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections, models

from assistant.embeddings.distances import DISTANCES, MAX_INDEXED_DIMENSION
from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeChunk

__all__ = ["INDEXED", "LOCK_CLASS", "IndexState", "index_name", "index_states", "read_state"]

# Documents' own vectors have none: their chunks are what is searched.
INDEXED: tuple[type[models.Model], ...] = (ConversationEmbedding, KnowledgeChunk)

# Who builds or drops an index holds a session lock: of this key and the index's name. It spells
# "vect".
LOCK_CLASS = 0x76656374

STATE = """
SELECT i.oid IS NOT NULL, COALESCE(x.indisvalid, false), COALESCE(o.opcname, ''),
    COALESCE(pg_relation_size(i.oid), 0),
    EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s
        AND objid = (hashtext(%s)::bigint & 4294967295)::oid AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND pid <> pg_backend_pid())
FROM pg_class AS t
LEFT JOIN (pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid)
    ON x.indrelid = t.oid AND i.relname = %s
LEFT JOIN pg_opclass AS o ON o.oid = x.indclass[0]
WHERE t.oid = to_regclass(%s)
"""


@dataclass(frozen=True)
class IndexState:
    """An index as it is; ``status`` is missing, building, invalid, valid or impossible."""

    table: str
    name: str
    status: str
    size: int  # bytes


def index_name(table: str, embedding_model: EmbeddingModel) -> str:
    """Return what the index of this model's vectors is called."""
    return f"idx_{table}_vector_{embedding_model.pk.hex[-12:]}"


def index_states(embedding_model: EmbeddingModel, *, using: str) -> list[IndexState]:
    """Return the state of the model's index on each table."""
    return [index_state(embedding_model, chunks, using=using) for chunks in INDEXED]


def index_state(
    embedding_model: EmbeddingModel, chunks: type[models.Model], *, using: str
) -> IndexState:
    """Return the state of the model's index on one table."""
    return read_state(connections[using], embedding_model, chunks)


def read_state(
    connection: Any, embedding_model: EmbeddingModel, chunks: type[models.Model]
) -> IndexState:
    """Return the state of an index as this connection sees it."""
    table = chunks._meta.db_table
    name = index_name(table, embedding_model)
    with connection.cursor() as cursor:
        cursor.execute(STATE, [LOCK_CLASS, name, name, connection.ops.quote_name(table)])
        exists, valid, operator_class, size, busy = cursor.fetchone()
    fits = operator_class == DISTANCES[embedding_model.distance].operator_class
    if embedding_model.dimension > MAX_INDEXED_DIMENSION:
        status = "impossible"
    elif valid and fits:
        status = "valid"
    elif busy:
        status = "building"
    else:
        status = "invalid" if exists else "missing"
    return IndexState(table, name, status, size)
