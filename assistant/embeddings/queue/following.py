"""Documents' own vectors, the means of their passages', after another model is the default.

A search does not read them, so they follow when there is time for it: who activates a model begins,
a worker goes on.
"""

from collections.abc import Callable
from threading import Event
from uuid import UUID

from django.db import connections, transaction

from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.queue.locking import SHORT_WAITS
from assistant.embeddings.queue.storing import FINISH_DOCUMENTS

__all__ = ["follow", "follow_default"]

ROWS = 500

# Seconds to rest for each second of work.
REST = 1.0

# What waits or has failed is the workers'. Documents that somebody is changing now come next time.
FIND = """
    SELECT d.id
    FROM knowledge_base AS d
    WHERE d.id > %(last)s
      AND (
        d.embedding_model_id IS DISTINCT FROM %(model)s AND EXISTS (
            SELECT FROM knowledge_chunks AS c
            WHERE c.document_id = d.id AND c.embedding_model_id = %(model)s
              AND c.embedding_vector IS NOT NULL
        )
        OR d.status <> 'ready'
      )
      AND NOT EXISTS (
        SELECT FROM embedding_queue AS q
        WHERE q.document_id = d.id AND q.embedding_model_id = %(model)s
      )
    ORDER BY d.id
    LIMIT %(rows)s
    FOR NO KEY UPDATE OF d SKIP LOCKED
"""


# Of those locked now; a document that was changed a moment ago is queued by now.
QUEUED = """
    SELECT document_id FROM embedding_queue
    WHERE document_id = ANY (%s) AND embedding_model_id = %s
"""

# Only what a switch of models leaves behind, for which there is an index.
IS_BEHIND = """
    SELECT EXISTS (
        SELECT FROM knowledge_base WHERE embedding_model_id = ANY (ARRAY(
            SELECT id FROM embedding_models WHERE id <> %s
        ))
    )
"""


def follow(
    model: EmbeddingModel,
    *,
    using: str,
    stop: Event | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Give documents the default model's vectors, some hundred at a time; return how many.

    It ends where the model is not the default any more.
    """
    stop = stop or Event()
    last: UUID | None = UUID(int=0)
    total = 0
    while last is not None and not stop.is_set():
        count, last, seconds = _follow(model, last, using=using)
        total += count
        if on_progress is not None and count:
            on_progress(total)
        if last is not None:
            stop.wait(seconds * REST)
    return total


def follow_default(*, after: UUID | None, using: str, stop: Event) -> UUID | None:
    """Let documents follow the default model unless it is ``after``; return its key."""
    if connections[using].in_atomic_block:
        return after
    model: EmbeddingModel | None = EmbeddingModel.objects.using(using).get_default()
    if model is None or model.pk == after:
        return after
    with connections[using].cursor() as cursor:
        cursor.execute(IS_BEHIND, [model.pk])
        (is_behind,) = cursor.fetchone()
    if is_behind:
        follow(model, using=using, stop=stop)
    key: UUID = model.pk
    return key


def _follow(model: EmbeddingModel, last: UUID, *, using: str) -> tuple[int, UUID | None, float]:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (begin,) = cursor.fetchone()
        cursor.execute(SHORT_WAITS)
        cursor.execute("LOCK TABLE knowledge_chunks IN ACCESS SHARE MODE")
        cursor.execute(
            "SELECT is_default AND backfilled_at IS NOT NULL FROM embedding_models"
            " WHERE id = %s FOR KEY SHARE",
            [model.pk],
        )
        if (row := cursor.fetchone()) is None or not row[0]:
            return 0, None, 0
        cursor.execute(FIND, {"last": last, "model": model.pk, "rows": ROWS})
        keys = [key for (key,) in cursor.fetchall()]
        cursor.execute(QUEUED, [keys, model.pk])
        queued = {key for (key,) in cursor.fetchall()}
        wanted = [key for key in keys if key not in queued]
        cursor.execute("SELECT set_config('assistant.embeds', 'on', true)")
        cursor.execute(FINISH_DOCUMENTS, {"keys": wanted, "model": model.pk})
        cursor.execute("SELECT set_config('assistant.embeds', '', true)")
        cursor.execute("SELECT extract(epoch FROM clock_timestamp() - %s)", [begin])
        (seconds,) = cursor.fetchone()
    return len(wanted), keys[-1] if len(keys) == ROWS else None, float(seconds)
