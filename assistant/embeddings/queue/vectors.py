"""Vectors that are there already, and who computes those that are not."""

from collections.abc import Collection
from uuid import UUID

from django.db import connections

from assistant.embeddings.queue.items import Vector

__all__ = ["claim", "find_vectors"]

FIND = """
    SELECT t.hash, found.vector
    FROM unnest(%(hashes)s::text[]) AS t (hash)
    CROSS JOIN LATERAL (
        (
            SELECT vector_send(embedding_vector) AS vector FROM conversation_embeddings
            WHERE content_hash = t.hash AND embedding_model_id = %(model)s
            LIMIT 1
        )
        UNION ALL
        (
            SELECT vector_send(embedding_vector) FROM knowledge_chunks
            WHERE content_hash = t.hash AND embedding_model_id = %(model)s
              AND embedding_vector IS NOT NULL
            LIMIT 1
        )
        LIMIT 1
    ) AS found
"""


def find_vectors(hashes: Collection[str], *, model_id: UUID, using: str) -> dict[str, Vector]:
    """Return the stored vectors of texts, by their hashes."""
    if not hashes:
        return {}
    with connections[using].cursor() as cursor:
        cursor.execute(FIND, {"hashes": list(hashes), "model": model_id})
        return {text_hash: bytes(vector) for text_hash, vector in cursor.fetchall()}


def claim(hashes: Collection[str], *, model_id: UUID, using: str) -> set[str]:
    """Return of which texts this transaction alone may compute the vectors, until it ends.

    A worker that loses a text to another one finds the other's vector later.
    """
    if not hashes:
        return set()
    with connections[using].cursor() as cursor:
        cursor.execute(
            # Computing takes its time: no row is locked meanwhile, and no snapshot is held.
            "SELECT hash"
            " FROM set_config('idle_in_transaction_session_timeout', '0', true),"
            "      unnest(%s::text[]) AS t (hash)"
            " WHERE pg_try_advisory_xact_lock(hashtextextended(%s || hash, 0))",
            [sorted(hashes), str(model_id)],
        )
        return {text_hash for (text_hash,) in cursor.fetchall()}
