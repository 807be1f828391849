"""Workers beside those who write, edit, move and delete: nobody meets a deadlock."""

import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import psycopg
from django.db import connections

from assistant.embeddings.queue.processing import Batch
from assistant.embeddings.queue.worker import Worker
from tests.contract import rows
from tests.contract.databases import connect
from tests.embeddings.queue.conftest import Client
from tests.embeddings.queue.test_sessions import value, waiting, work

ONE = "(SELECT id FROM {} ORDER BY md5(id::text || %s) LIMIT 1)"
CONVERSATION, MESSAGE, DOCUMENT, USER = (
    ONE.format(table) for table in ("conversations", "messages", "knowledge_base", "users")
)

# What a transaction is made of, each with one random number a place.
WRITES = [
    f"INSERT INTO messages (conversation_id, role, content)"
    f" SELECT id, 'user', 'text ' || %s FROM conversations WHERE id = {CONVERSATION}",
    f"UPDATE messages SET content = 'text ' || %s WHERE id = {MESSAGE}",
    f"UPDATE messages SET token_count = %s WHERE id = {MESSAGE}",
    f"UPDATE messages SET conversation_id = {CONVERSATION} WHERE id = {MESSAGE}",
    f"DELETE FROM messages WHERE id = {MESSAGE}",
    f"DELETE FROM conversations WHERE id = {CONVERSATION}",
    "INSERT INTO knowledge_base (title, content) SELECT 'Title', 'text ' || %s",
    f"UPDATE knowledge_base SET content = 'text ' || %s WHERE id = {DOCUMENT}",
    f"UPDATE knowledge_base SET title = 'title ' || %s WHERE id = {DOCUMENT}",
    f"DELETE FROM knowledge_base WHERE id = {DOCUMENT}",
    f"UPDATE conversations SET user_id = {USER} WHERE id = {CONVERSATION}",
    f"UPDATE knowledge_base SET owner_id = {USER} WHERE id = {DOCUMENT}",
    f"UPDATE conversations SET title = 'title ' || %s WHERE id = {CONVERSATION}",
]


# Nothing is wrong with what is stored.
MESSAGES_WITHOUT = """
    SELECT count(*)
    FROM messages AS m
    FULL JOIN conversation_embeddings AS e ON e.message_id = m.id
    WHERE (m.content, m.conversation_id) IS DISTINCT FROM (e.chunk_text, e.conversation_id)
"""
DOCUMENTS_WITHOUT = """
    SELECT count(*)
    FROM knowledge_base AS d
    FULL JOIN knowledge_chunks AS c ON c.document_id = d.id
    WHERE d.content IS DISTINCT FROM c.chunk_text OR c.embedding_vector IS NULL
       OR d.status <> 'ready'
"""


class Crowd:
    """Writers and workers of one database, and what went wrong."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stop = Event()
        self.deadlocks: list[str] = []
        self.pids: set[str] = set()

    def write(self, seed: int) -> int:
        """Write until told to stop, two statements a transaction: it waits holding something."""
        draw = random.Random(seed)  # noqa: S311 (no secret)
        count = 0
        with connect(self.name) as writer:
            while not self.stop.is_set():
                try:
                    for statement in draw.choices(WRITES, k=2):
                        numbers = [str(draw.randrange(50)) for _ in range(statement.count("%s"))]
                        writer.execute(statement, numbers)
                    writer.commit()
                    count += 1
                except psycopg.errors.DeadlockDetected as error:
                    writer.rollback()
                    self.deadlocks.append(str(error.diag.message_detail))
                except psycopg.errors.IntegrityError:
                    writer.rollback()
        return count

    def work(self) -> int:
        """Work until told to stop."""
        worker = Worker(using="scratch")
        try:
            while not self.stop.is_set():
                worker.run()
                self.pids.add(str(connections["scratch"].connection.info.backend_pid))
            return worker.reporter.total.done
        finally:
            connections["scratch"].close()


def test_workers_meet_no_deadlock(client: Client, request: Any, monkeypatch: Any) -> None:
    for _ in range(6):
        rows.messages(client, rows.conversation(client), 5)
    client.execute(
        "INSERT INTO knowledge_base (title, content)"
        " SELECT 'Title', 'text ' || n FROM generate_series(1, 10) AS n"
    )
    rows.insert(client, "users", username="other")
    states: set[str] = set()
    explain = Batch._explain

    def explained(self: Batch, error: Any, *rest: Any) -> None:
        states.add(error.__cause__.sqlstate)
        explain(self, error, *rest)

    monkeypatch.setattr(Batch, "_explain", explained)
    crowd = Crowd(client.info.dbname)

    with ThreadPoolExecutor(5) as pool:
        writers = [pool.submit(crowd.write, seed) for seed in range(3)]
        workers = [pool.submit(crowd.work) for _ in range(2)]
        time.sleep(60 if request.config.getoption("--long") else 4)
        crowd.stop.set()
        written = [future.result(60) for future in writers]
        done = [future.result(60) for future in workers]

    # A table that somebody else had locked, at most.
    assert states <= {psycopg.errors.LockNotAvailable.sqlstate}
    # Writers may meet each other: "Process 1 waits for …; blocked by process 2."
    met = {pid for text in crowd.deadlocks for pid in re.findall(r"rocess (\d+)", text)}
    assert not crowd.pids & met
    assert min(written) > 5
    assert min(done) > 0
    work()
    assert waiting(client) == 0
    assert value(client, MESSAGES_WITHOUT) == value(client, DOCUMENTS_WITHOUT) == 0
