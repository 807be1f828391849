"""Deleting a retired model's rows, some hundred pages of a table at a time."""

import time
from threading import Event
from typing import Any

from django.db import connections, models, transaction

from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.models import EmbeddingModel, KnowledgeDocument
from assistant.embeddings.queue.reporting import Reporter

__all__ = ["Deletion", "clear_documents"]

# Of 8 kB: some thousand rows at most.
PAGES = 250
DOCUMENTS = 500

# Seconds to rest for each second of work.
REST = 1.0

# How often the table is read where somebody had rows in hand, and the seconds between.
PASSES = 20
BUSY_PAUSE = 0.5

# Who takes the model back waits for this batch, and the next sees it.
STILL_RETIRED = "SELECT FROM embedding_models WHERE id = %s AND status = 'retired' FOR SHARE"

SIZE = """
    SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::int
"""

# By the place in the table: each page is read once. By the model's index, rows that were deleted a
# moment ago would be read again each time.
DELETE = """
    DELETE FROM {table} WHERE id IN (
        SELECT id FROM {table}
        WHERE ctid >= %(first)s::tid AND ctid < %(last)s::tid AND embedding_model_id = %(model)s
        FOR UPDATE SKIP LOCKED
    )
"""

CLEAR = """
    UPDATE knowledge_base SET embedding_vector = NULL, embedding_model_id = NULL
    WHERE id IN (
        SELECT id FROM knowledge_base WHERE embedding_model_id = %(model)s
        ORDER BY id LIMIT %(rows)s FOR NO KEY UPDATE SKIP LOCKED
    )
"""


class Deletion:
    """One model's rows of one table."""

    def __init__(
        self,
        model: EmbeddingModel,
        chunks: type[models.Model],
        *,
        using: str,
        reporter: Reporter,
        stop: Event,
    ) -> None:
        self.model = model
        self.rows = chunks._base_manager.using(using).filter(embedding_model=model)
        self.connection = connections[using]
        self.table = chunks._meta.db_table
        self.using = using
        self.reporter = reporter
        self.stop = stop
        self.deleted = 0

    def run(self) -> int:
        """Delete until none is left, and return how many there were."""
        for number in range(PASSES):
            if self.stop.is_set() or not self.rows.exists():
                return self.deleted
            if number:
                self.stop.wait(BUSY_PAUSE)
            self._pass()
        raise ModelChangeError(
            f"{self.model.name}: rows of {self.table} are locked by somebody else. Try again when "
            "the transaction that holds them has ended."
        )

    def _pass(self) -> None:
        (pages,) = self._fetch(SIZE, [self.connection.ops.quote_name(self.table)])
        begin = said = time.monotonic()
        for first in range(0, pages, PAGES):
            if self.stop.is_set():
                return
            start = time.monotonic()
            self._delete(first, first + PAGES)
            now = time.monotonic()
            done = min(first + PAGES, pages)
            if now - said >= self.reporter.interval:
                said = now
                left = round((now - begin) * (pages - done) / done)
                what = f"{self.model.name}: pages of {self.table}"
                self.reporter.step("delete", what, done=done, total=pages, seconds_left=left)
            self.stop.wait((now - start) * REST)

    def _delete(self, first: int, last: int) -> None:
        with transaction.atomic(using=self.using), self.connection.cursor() as cursor:
            check_retired(cursor, self.model)
            cursor.execute(
                DELETE.format(table=self.connection.ops.quote_name(self.table)),
                {"first": f"({first},0)", "last": f"({last},0)", "model": self.model.pk},
            )
            self.deleted += cursor.rowcount

    def _fetch(self, statement: str, params: list[Any]) -> Any:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchone()


def clear_documents(model: EmbeddingModel, *, using: str, stop: Event) -> int:
    """Take a retired model's vectors away from documents, and return of how many."""
    rows = KnowledgeDocument._base_manager.using(using).filter(embedding_model=model)
    total = 0
    for _ in range(PASSES):
        while not stop.is_set() and (count := _clear(model, using=using)):
            total += count
        if stop.is_set() or not rows.exists():
            return total
        stop.wait(BUSY_PAUSE)
    raise ModelChangeError(
        f"{model.name}: documents are locked by somebody else. Try again when the transaction "
        "that holds them has ended."
    )


def _clear(model: EmbeddingModel, *, using: str) -> int:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        check_retired(cursor, model)
        # No change of the documents: their time and state stay.
        cursor.execute("SELECT set_config('assistant.embeds', 'on', true)")
        cursor.execute(CLEAR, {"model": model.pk, "rows": DOCUMENTS})
        count: int = cursor.rowcount
        cursor.execute("SELECT set_config('assistant.embeds', '', true)")
    return count


def check_retired(cursor: Any, model: EmbeddingModel) -> None:
    """Refuse to go on where the model is in use again; it stays as it is in this transaction."""
    cursor.execute(STILL_RETIRED, [model.pk])
    if cursor.fetchone() is None:
        raise ModelChangeError(f'"{model.name}" was taken back, or deleted, meanwhile.')
