"""What people do with the queue."""

from django.db import connections, models, router, transaction

from assistant.embeddings.models import EmbeddingQueueItem

__all__ = ["retry_failed"]

RETRY = """
    UPDATE embedding_queue AS q
    SET failed_at = NULL, attempts = 0, run_after = now(), locked_at = NULL
    FROM (
        SELECT id FROM embedding_queue
        WHERE id = ANY (%s) AND failed_at IS NOT NULL
        ORDER BY id FOR UPDATE SKIP LOCKED
    ) AS mine
    WHERE q.id = mine.id
    RETURNING q.document_id
"""

# Only of the default model, whose state a document's is.
WAIT_AGAIN = """
    UPDATE knowledge_base AS d
    SET status = 'pending', last_error = NULL
    FROM (
        SELECT id FROM knowledge_base WHERE id = ANY (%s) AND status = 'failed'
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
    ) AS mine
    WHERE d.id = mine.id AND EXISTS (
        SELECT FROM embedding_queue AS q JOIN embedding_models AS m ON m.id = q.embedding_model_id
        WHERE q.document_id = d.id AND m.is_default AND q.failed_at IS NULL
    )
"""


def retry_failed(*, items: "models.QuerySet[EmbeddingQueueItem]") -> int:
    """Let workers try failed texts again at once, and return how many there are.

    Rows that have not failed stay as they are, and so do those that somebody is changing now.
    """
    using = getattr(items, "_db", None) or router.db_for_write(EmbeddingQueueItem)
    keys = list(items.using(using).order_by().values_list("pk", flat=True))
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(RETRY, [keys])
        documents = [document for (document,) in cursor.fetchall()]
        cursor.execute("SELECT wake_embedding_workers()")
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('assistant.embeds', 'on', true)")
        cursor.execute(WAIT_AGAIN, [[key for key in documents if key]])
        cursor.execute("SELECT set_config('assistant.embeds', '', true)")
    return len(documents)
