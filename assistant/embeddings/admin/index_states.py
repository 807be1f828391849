"""The indexes of vectors as they are, read from the catalog."""

from dataclasses import dataclass

from django.db import connections

from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeChunk

__all__ = ["IndexState", "index_states"]

# The most that an index of half-precision vectors holds.
MAX_INDEXED_DIMENSION = 4_000

QUERY = """
SELECT i.oid IS NOT NULL, COALESCE(x.indisvalid, false), COALESCE(pg_relation_size(i.oid), 0),
    EXISTS (SELECT FROM pg_stat_progress_create_index WHERE index_relid = i.oid)
FROM pg_class AS t
LEFT JOIN (pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid)
    ON x.indrelid = t.oid AND i.relname = %s
WHERE t.oid = to_regclass(%s)
"""


@dataclass(frozen=True)
class IndexState:
    """An index as it is; ``status`` is missing, building, invalid, valid or impossible."""

    table: str
    name: str
    status: str
    size: int  # bytes


def index_states(embedding_model: EmbeddingModel, *, using: str) -> list[IndexState]:
    """Return the state of the model's index on each table."""
    tables = [model._meta.db_table for model in (ConversationEmbedding, KnowledgeChunk)]
    return [_index_state(embedding_model, table, using) for table in tables]


def _index_state(embedding_model: EmbeddingModel, table: str, using: str) -> IndexState:
    connection = connections[using]
    name = f"idx_{table}_vector_{embedding_model.pk.hex[-12:]}"
    if embedding_model.dimension > MAX_INDEXED_DIMENSION:
        return IndexState(table, name, "impossible", 0)
    with connection.cursor() as cursor:
        cursor.execute(QUERY, [name, connection.ops.quote_name(table)])
        exists, is_valid, size, is_built = cursor.fetchone() or (False, False, 0, False)
    status = "valid" if is_valid else "building" if is_built else "invalid"
    return IndexState(table, name, status if exists else "missing", size)
