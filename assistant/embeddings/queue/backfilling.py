"""Queueing what was there before a model was live.

A transaction that wrote texts before the model was live has not queued them for it, and may commit
when the sweep is over. So the sweep waits until those that write when it comes have ended.
"""

import time
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import OperationalError, connections, transaction

from assistant.embeddings.queue.locking import SHORT_WAITS

if TYPE_CHECKING:
    from assistant.embeddings.models import EmbeddingModel

__all__ = ["Backfill"]

# Seconds to wait for older transactions before a sweep that has to be done again.
PATIENCE = 10

ROWS = 5_000

# In the order of their keys. The waits are short: who has one of the rows in hand might wait for
# one that this transaction has queued.
SWEEP = """
    WITH batch AS MATERIALIZED (
        SELECT id FROM {table} WHERE id > %(last)s ORDER BY id LIMIT %(rows)s
    ), queued AS (
        INSERT INTO embedding_queue (embedding_model_id, {column})
        SELECT %(model)s, id FROM batch ORDER BY id
        ON CONFLICT ({column}, embedding_model_id) WHERE {column} IS NOT NULL DO NOTHING
        RETURNING id
    )
    SELECT (SELECT count(*) FROM queued),
           (SELECT id FROM batch ORDER BY id DESC LIMIT 1)
"""

# As building an index concurrently finds those it has to wait for. Others' are there, too, whatever
# the role may see of their sessions.
WRITERS = """
    SELECT virtualtransaction
    FROM pg_locks
    WHERE locktype = 'relation' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND relation IN ('messages'::regclass, 'knowledge_base'::regclass)
      AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'AccessExclusiveLock')
"""

TABLES = (("messages", "message_id"), ("knowledge_base", "document_id"))


class Backfill:
    """One model's sweep, in a worker that may have to do it twice."""

    def __init__(self, model: "EmbeddingModel", *, using: str) -> None:
        self.model = model
        self.using = using
        self.older = self._writers()
        self.swept = False

    def run(self, stop: Event) -> int | None:
        """Queue all texts, and return how many were not queued; None where it is too early."""
        is_safe = self._wait(0 if self.swept else PATIENCE, stop)
        if stop.is_set() or (self.swept and not is_safe):
            return None
        with connections[self.using].cursor() as cursor:
            cursor.execute("SELECT xmin::text FROM embedding_models WHERE id = %s", [self.model.pk])
            row = cursor.fetchone()
        count = sum(self._sweep(table, column, stop) for table, column in TABLES)
        self.swept = True
        if is_safe and row and not stop.is_set():
            self._mark(row[0])
        return count

    def _writers(self) -> set[str]:
        """Return the transactions that have written texts, or are about to."""
        with connections[self.using].cursor() as cursor:
            cursor.execute(WRITERS)
            return {transaction_id for (transaction_id,) in cursor.fetchall()}

    def _wait(self, seconds: float, stop: Event) -> bool:
        """Return whether those that could have missed the model have ended."""
        deadline = time.monotonic() + seconds
        while self.older and (self.older & self._writers()):
            if time.monotonic() >= deadline or stop.wait(0.1):
                return False
        return True

    def _sweep(self, table: str, column: str, stop: Event) -> int:
        statement = SWEEP.format(table=table, column=column)
        last: UUID | None = UUID(int=0)
        parameters: dict[str, Any] = {"model": self.model.pk}
        rows = ROWS
        total = 0
        while last is not None and not stop.is_set():
            try:
                count, last = self._queue(statement, {**parameters, "last": last, "rows": rows})
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in {"55P03", "40P01"}:
                    raise
                # Somebody has one of the rows in hand: in smaller steps up to it. With one row,
                # this transaction holds nothing while it waits.
                rows = max(1, rows // 10)
                stop.wait(0.05)
                continue
            total += count
            rows = min(ROWS, rows * 2)
        return total

    def _queue(self, statement: str, parameters: dict[str, Any]) -> tuple[int, UUID | None]:
        with transaction.atomic(using=self.using), connections[self.using].cursor() as cursor:
            cursor.execute(SHORT_WAITS)
            cursor.execute(statement, parameters)
            count, last = cursor.fetchone()
            if count:
                cursor.execute("SELECT wake_embedding_workers()")
        return count, last

    def _mark(self, before: str) -> None:
        """Say that it is done, unless the row has changed: it may not have been live meanwhile."""
        with transaction.atomic(using=self.using), connections[self.using].cursor() as cursor:
            cursor.execute("SELECT set_config('assistant.embeds', 'on', true)")
            cursor.execute(
                "UPDATE embedding_models SET backfilled_at = now()"
                " WHERE id = %s AND xmin::text = %s AND backfilled_at IS NULL"
                " AND is_active AND status <> 'retired'",
                [self.model.pk, before],
            )
            cursor.execute("SELECT set_config('assistant.embeds', '', true)")
