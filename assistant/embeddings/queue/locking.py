"""The locks under which chunks are stored: nobody is waited for but who has a whole table."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connections

from assistant.embeddings.queue.items import Source
from assistant.embeddings.queue.tables import DOCUMENTS, Table

__all__ = ["SHORT_WAITS", "lock"]

# Much less than what finds a deadlock, so that nobody who waits for us is told of one.
SHORT_WAITS = """
    SELECT set_config('lock_timeout', GREATEST(1, floor(extract(epoch FROM
        current_setting('deadlock_timeout')::interval) * 250))::text || 'ms', true)
"""

# Who gives a conversation or document to another user locks the table, who empties it, too.
LOCK_TABLE = "LOCK TABLE {table} IN ROW EXCLUSIVE MODE"

# Who deletes the model comes for the queue's rows, who edits it does not mind.
LOCK_MODEL = "SELECT FROM embedding_models WHERE id = %s FOR KEY SHARE SKIP LOCKED"

LOCK_CONVERSATIONS = """
    SELECT id FROM conversations WHERE id = ANY (%s) ORDER BY id FOR KEY SHARE SKIP LOCKED
"""

# Not FOR KEY SHARE: who moves a message takes its embeddings along.
LOCK_MESSAGES = """
    SELECT id, conversation_id FROM messages WHERE id = ANY (%s)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""

LOCK_DOCUMENTS = """
    SELECT id, NULL FROM knowledge_base WHERE id = ANY (%s)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""

# A row that is gone or has another version: the content has changed, or somebody was faster.
LOCK_QUEUE = """
    SELECT q.id
    FROM embedding_queue AS q
    JOIN unnest(%s::bigint[], %s::bigint[]) AS t (id, version)
        ON (q.id, q.version) = (t.id, t.version)
    ORDER BY q.id
    FOR UPDATE OF q SKIP LOCKED
"""


def lock(sources: Sequence[Source], table: Table, *, model_id: UUID, using: str) -> set[Source]:
    """Return the sources that stay as they are until the transaction that is open ends."""
    with connections[using].cursor() as cursor:

        def rows(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())

        cursor.execute(SHORT_WAITS)
        cursor.execute(LOCK_TABLE.format(table=table.name))
        if not rows(LOCK_MODEL, model_id):
            return set()
        keys = [source.key for source in sources]
        if table is DOCUMENTS:
            places = dict(rows(LOCK_DOCUMENTS, keys))
        else:
            conversations = {source.conversation_id for source in sources}
            locked = {key for (key,) in rows(LOCK_CONVERSATIONS, list(conversations))}
            places = dict(rows(LOCK_MESSAGES, keys))
            sources = [source for source in sources if source.conversation_id in locked]
        still = [
            source
            for source in sources
            if source.key in places and places[source.key] == source.conversation_id
        ]
        items = [source.item for source in still]
        queued = {
            item_id
            for (item_id,) in rows(
                LOCK_QUEUE, [item.id for item in items], [item.version for item in items]
            )
        }
        return {source for source in still if source.item.id in queued}
