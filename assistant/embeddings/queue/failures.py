"""Rows that could not be embedded: when they are tried again, and when no more."""

import random
from collections.abc import Mapping

from django.db import connections, transaction

from assistant.conf import conf
from assistant.embeddings.queue.items import Item
from assistant.embeddings.queue.taking import MINE, identities

__all__ = ["describe", "fail", "pause"]

# Seconds before the second attempt; each further one waits about five times as long.
FIRST_PAUSE = 30
FACTOR = 4.5
LONGEST_PAUSE = 6 * 60 * 60

LONGEST_ERROR = 2_000

FAIL = f"""
    UPDATE embedding_queue AS q
    SET locked_at = NULL,
        last_error = e.error,
        run_after = now() + make_interval(secs => e.seconds),
        failed_at = CASE WHEN q.attempts >= %(most)s THEN now() END
    FROM unnest(%(ids)s::bigint[], %(errors)s::text[], %(seconds)s::float8[])
        AS e (id, error, seconds), {MINE} AND e.id = q.id
    RETURNING q.document_id, q.failed_at IS NOT NULL
"""  # noqa: S608 (our own texts)

# Only of the default model, whose state a document's is; a content that has changed waits.
FAIL_DOCUMENTS = """
    UPDATE knowledge_base AS d
    SET status = 'failed', last_error = q.last_error
    FROM (
        SELECT d.id FROM knowledge_base AS d WHERE d.id = ANY (%(documents)s)
        ORDER BY d.id FOR NO KEY UPDATE SKIP LOCKED
    ) AS mine, embedding_queue AS q, embedding_models AS m
    WHERE d.id = mine.id AND q.document_id = d.id AND q.failed_at IS NOT NULL
      AND m.id = q.embedding_model_id AND m.is_default
"""


def fail(errors: Mapping[Item, str], *, using: str) -> int:
    """Say of rows what went wrong, and return how many are tried no more."""
    if not errors:
        return 0
    items = list(errors)
    with connections[using].cursor() as cursor:
        cursor.execute(
            FAIL,
            {
                **identities(items),
                "errors": [errors[item] for item in items],
                "seconds": [pause(item.attempts) for item in items],
                "most": conf.EMBED_ATTEMPTS,
            },
        )
        rows = cursor.fetchall()
    documents = [document for document, is_final in rows if is_final and document]
    if documents:
        # A transaction of its own: nothing of the queue is locked when it asks for documents.
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute("SELECT set_config('assistant.embeds', 'on', true)")
            cursor.execute(FAIL_DOCUMENTS, {"documents": documents})
            cursor.execute("SELECT set_config('assistant.embeds', '', true)")
    return sum(is_final for _document, is_final in rows)


def pause(attempts: int) -> float:
    """Return the seconds to wait after so many attempts; no two rows wait quite the same."""
    seconds = min(FIRST_PAUSE * FACTOR ** min(max(attempts - 1, 0), 20), LONGEST_PAUSE)
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311 (no secret)


def describe(error: BaseException) -> str:
    """Return an error as a text that the database takes."""
    text = str(error).strip() or type(error).__name__
    if type(error).__module__ == "builtins":
        text = f"{type(error).__name__}: {text}"
    return text.replace("\0", "")[:LONGEST_ERROR]
