"""The chunks of a document, written so that vectors of what stays the same stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from assistant.embeddings.backends import EmbeddingError
from assistant.embeddings.models import EmbeddingModel, KnowledgeChunk, KnowledgeDocument
from assistant.embeddings.splitting import Chunk, split

__all__ = [
    "ChunkCounts",
    "ChunksUnavailableError",
    "replace_chunks",
    "split_content",
    "write_chunks",
]

# What is deleted gives its vectors to what has the same text. The sort needs all that is deleted
# before anything is inserted, so a number is free when it is taken again.
REPLACE = """
    WITH gone AS (
        DELETE FROM knowledge_chunks
        WHERE document_id = %(document)s AND embedding_model_id = %(model)s
            AND id <> ALL (%(kept)s::uuid[])
        RETURNING content_hash, embedding_vector
    ), vectors AS (
        SELECT DISTINCT ON (content_hash) content_hash, embedding_vector
        FROM gone WHERE embedding_vector IS NOT NULL ORDER BY content_hash
    )
    INSERT INTO knowledge_chunks
        (document_id, embedding_model_id, chunk_index, chunk_text, content_hash,
         start_offset, end_offset, embedding_vector)
    SELECT %(document)s, %(model)s, new.number, new.chunk, new.hash, new.starts, new.ends,
        vectors.embedding_vector
    FROM unnest(%(numbers)s::int[], %(chunks)s::text[], %(hashes)s::text[],
                %(starts)s::int[], %(ends)s::int[]) AS new (number, chunk, hash, starts, ends)
    LEFT JOIN vectors ON vectors.content_hash = new.hash
"""


class ChunksUnavailableError(Exception):
    """No chunks can be made here, with the reason in one line."""


@dataclass(frozen=True)
class ChunkCounts:
    """What became of a document's chunks under one model.

    Of those ``added``, ``moved`` had a row with the same text elsewhere in the document. Where
    the content was not the document's any more nothing was written, and ``is_current`` is false.
    """

    kept: int = 0
    added: int = 0
    moved: int = 0
    deleted: int = 0
    is_current: bool = True


def write_chunks(
    *,
    document: KnowledgeDocument,
    content: str,
    embedding_model: EmbeddingModel,
    backend: Any = None,
    using: str,
) -> ChunkCounts:
    """Split a document's content and store the chunks that one model embeds, without vectors.

    Rows that stay as they are keep their vectors, and so does a text that has moved. One
    transaction, which locks the document.

    Raises :class:`ChunksUnavailableError` where the splitter is not installed.
    """
    chunks = split_content(content, content_type=document.content_type, backend=backend)
    with transaction.atomic(using=using):
        stored = KnowledgeDocument._base_manager.using(using).filter(pk=document.pk)
        row = stored.select_for_update(no_key=True).values_list("content").first()
        if row is None or row[0] != content:
            return ChunkCounts(is_current=False)
        return replace_chunks(
            document_id=document.pk, model_id=embedding_model.pk, chunks=chunks, using=using
        )


def replace_chunks(
    *, document_id: UUID, model_id: UUID, chunks: Sequence[Any], using: str
) -> ChunkCounts:
    """Make the stored chunks these, in the transaction that has locked the document."""
    stored = list(
        KnowledgeChunk._base_manager.using(using)
        .filter(document_id=document_id, embedding_model_id=model_id)
        .values_list("chunk_index", "content_hash", "start_offset", "end_offset", "pk")
    )
    wanted = {(item.index, item.content_hash, item.start, item.end): item for item in chunks}
    kept = [row for row in stored if wanted.pop(row[:4], None) is not None]
    gone = {row[1] for row in stored} if len(kept) < len(stored) else set()
    if wanted or len(kept) < len(stored):
        new = list(wanted.values())
        with connections[using].cursor() as cursor:
            cursor.execute(
                REPLACE,
                {
                    "document": document_id,
                    "model": model_id,
                    "kept": [row[4] for row in kept],
                    "numbers": [item.index for item in new],
                    "chunks": [item.text for item in new],
                    "hashes": [item.content_hash for item in new],
                    "starts": [item.start for item in new],
                    "ends": [item.end for item in new],
                },
            )
    return ChunkCounts(
        kept=len(kept),
        added=len(wanted),
        moved=sum(item.content_hash in gone for item in wanted.values()),
        deleted=len(stored) - len(kept),
    )


def split_content(content: str, *, content_type: str, backend: Any) -> list[Chunk]:
    """Return the chunks of a content, as the model of ``backend`` takes them."""
    try:
        return split(content, content_type=content_type, backend=backend)
    except EmbeddingError as error:  # the library is not installed, or not the model's tokenizer
        raise ChunksUnavailableError(str(error)) from error
