"""Taking rows of the queue for a while, and giving them back."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connections

from assistant.conf import conf
from assistant.embeddings.queue.items import Item

__all__ = [
    "drop",
    "give_back",
    "identities",
    "kept",
    "note",
    "renew",
    "take",
]

# One statement, so one short transaction. A row's size is known without reading its text. The
# first row is taken however long its text is.
TAKE = """
    WITH next AS MATERIALIZED (
        SELECT id, message_id, document_id, run_after
        FROM embedding_queue
        WHERE embedding_model_id = %(model)s AND failed_at IS NULL AND run_after <= now()
            {only}
        ORDER BY run_after, id
        LIMIT %(rows)s
        FOR UPDATE SKIP LOCKED
    ), sized AS MATERIALIZED (
        SELECT next.id,
               row_number() OVER w AS place,
               sum(COALESCE(octet_length(m.content), octet_length(d.content), 0)) OVER w AS bytes
        FROM next
        LEFT JOIN messages AS m ON m.id = next.message_id
        LEFT JOIN knowledge_base AS d ON d.id = next.document_id
        WINDOW w AS (ORDER BY next.run_after, next.id ROWS UNBOUNDED PRECEDING)
    )
    UPDATE embedding_queue AS q
    SET locked_at = clock_timestamp(),
        run_after = clock_timestamp() + make_interval(secs => %(lease)s),
        attempts = q.attempts + 1
    FROM sized
    WHERE q.id = sized.id AND (sized.place = 1 OR sized.bytes <= %(bytes)s)
    RETURNING q.id, q.version, q.attempts, q.locked_at, q.message_id, q.document_id
"""

# The rows that are still this worker's, but for those that somebody is changing now.
MINE = """
    (
        SELECT q.id
        FROM embedding_queue AS q
        JOIN unnest(%(ids)s::bigint[], %(versions)s::bigint[], %(taken)s::timestamptz[])
            AS t (id, version, locked_at)
            ON (q.id, q.version, q.locked_at) = (t.id, t.version, t.locked_at)
        ORDER BY q.id
        FOR UPDATE OF q SKIP LOCKED
    ) AS mine
    WHERE q.id = mine.id
"""


RENEW = f"""
    UPDATE embedding_queue AS q
    SET run_after = clock_timestamp() + make_interval(secs => %(lease)s)
    FROM {MINE}
"""  # noqa: S608 (our own texts)

GIVE_BACK = f"""
    UPDATE embedding_queue AS q
    SET locked_at = NULL,
        attempts = GREATEST(q.attempts - 1, 0),
        run_after = now() + make_interval(secs => %(seconds)s),
        last_error = COALESCE(%(error)s, q.last_error)
    FROM {MINE}
"""  # noqa: S608

DROP = f"DELETE FROM embedding_queue AS q USING {MINE}"  # noqa: S608

DOCUMENTS_WITHOUT = "AND document_id IS NOT NULL AND last_error IS DISTINCT FROM %(error)s"


def take(
    *, model_id: UUID, using: str, rows: int, size: int, documents_without: str | None = None
) -> list[Item]:
    """Take the next rows that are due, of texts of ``size`` bytes together, in order.

    ``documents_without`` limits them to documents that do not have that error.
    """
    only = "" if documents_without is None else DOCUMENTS_WITHOUT
    with connections[using].cursor() as cursor:
        cursor.execute(
            TAKE.format(only=only),
            {
                "model": model_id,
                "rows": rows,
                "bytes": size,
                "lease": conf.EMBED_LEASE,
                "error": documents_without,
            },
        )
        return sorted((Item(*row) for row in cursor.fetchall()), key=lambda item: item.id)


def renew(items: Iterable[Item], *, using: str) -> None:
    """Begin the lease again."""
    _update(RENEW, items, using=using, lease=conf.EMBED_LEASE)


def give_back(
    items: Iterable[Item], *, using: str, seconds: float = 0, error: str | None = None
) -> None:
    """Let others take rows in some seconds, as if they had not been tried."""
    _update(GIVE_BACK, items, using=using, seconds=seconds, error=error)


@contextmanager
def kept(items: Sequence[Item], *, using: str) -> Iterator[None]:
    """Give rows back when something unforeseen ends their turn."""
    try:
        yield
    except BaseException:
        connection = connections[using]
        # Where it is lost, the lease ends by itself.
        if not connection.in_atomic_block and connection.is_usable():
            give_back(items, using=using)
        raise


def note(items: Iterable[Item], *, using: str, error: str) -> None:
    """Say of rows that were given back what is in their way."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "UPDATE embedding_queue AS q SET last_error = %s FROM (SELECT id FROM embedding_queue"
            " WHERE id = ANY (%s) AND locked_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED) AS mine"
            " WHERE q.id = mine.id",
            [error, [item.id for item in items]],
        )


def drop(items: Iterable[Item], *, using: str) -> None:
    """Delete rows whose message or document is gone."""
    _update(DROP, items, using)


def _update(statement: str, items: Iterable[Item], using: str, **parameters: Any) -> None:
    if parameters_of_items := identities(list(items)):
        with connections[using].cursor() as cursor:
            cursor.execute(statement, {**parameters, **parameters_of_items})


def identities(items: Sequence[Item]) -> dict[str, list[Any]]:
    """Return what tells whether rows are still this worker's, as parameters."""
    if not items:
        return {}
    return {
        "ids": [item.id for item in items],
        "versions": [item.version for item in items],
        "taken": [item.locked_at for item in items],
    }
