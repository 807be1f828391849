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
from tests.embeddings.queue.test_sessions import value, waiting

ONE = "(SELECT id FROM {} ORDER BY md5(id::text || %s) LIMIT 1)"
CONVERSATION, MESSAGE, DOCUMENT = (
    ONE.format(table) for table in ("conversations", "messages", "knowledge_base")
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
    f"UPDATE conversations SET title = 'title ' || %s WHERE id = {CONVERSATION}",
]


def test_workers_meet_no_deadlock(client: Client, request: Any, monkeypatch: Any) -> None:
    for _ in range(6):
        conversation = rows.conversation(client)
        rows.messages(client, conversation, 5)
    client.execute(
        "INSERT INTO knowledge_base (title, content)"
        " SELECT 'Title', 'text ' || n FROM generate_series(1, 10) AS n"
    )
    stop = Event()
    troubles: list[str] = []
    deadlocks: list[str] = []
    pids: set[str] = set()
    explain = Batch._explain

    def explained(self: Batch, error: Any, *rest: Any) -> None:
        troubles.append(f"{error}")
        explain(self, error, *rest)

    monkeypatch.setattr(Batch, "_explain", explained)

    def write(seed: int) -> int:
        draw = random.Random(seed)
        count = 0
        with connect(client.info.dbname) as writer:
            while not stop.is_set():
                # Two statements: what one has locked is held while the other waits.
                try:
                    for _ in range(2):
                        statement = draw.choice(WRITES)
                        numbers = [str(draw.randrange(50)) for _ in range(statement.count("%s"))]
                        writer.execute(statement, numbers)
                    writer.commit()
                    count += 1
                except psycopg.errors.DeadlockDetected as error:
                    writer.rollback()
                    deadlocks.append(str(error.diag.message_detail))
                except psycopg.errors.IntegrityError:
                    writer.rollback()
        return count

    def work() -> int:
        worker = Worker(using="scratch")
        try:
            while not stop.is_set():
                worker.run()
                pids.add(str(connections["scratch"].connection.info.backend_pid))
            return worker.reporter.total.done
        finally:
            connections["scratch"].close()

    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(write, seed) for seed in range(3)]
        workers = [pool.submit(work) for _ in range(2)]
        time.sleep(60 if request.config.getoption("--long") else 4)
        stop.set()
        written = [future.result(60) for future in writers]
        done = [future.result(60) for future in workers]

    assert troubles == []
    # Writers may meet each other's; "Process 1 waits for … blocked by process 2."
    assert not [text for text in deadlocks if pids & set(re.findall(r"rocess (\d+)", text))]
    assert min(written) > 5
    assert min(done) > 0
    final = Worker(using="scratch")
    final.run()
    connections["scratch"].close()
    assert waiting(client) == 0
    wrong = value(
        client,
        "SELECT count(*) FROM messages AS m FULL JOIN conversation_embeddings AS e"
        " ON e.message_id = m.id WHERE (m.content, m.conversation_id)"
        " IS DISTINCT FROM (e.chunk_text, e.conversation_id)",
    )
    assert wrong == 0
    wrong = value(
        client,
        "SELECT count(*) FROM knowledge_base AS d FULL JOIN knowledge_chunks AS c"
        " ON c.document_id = d.id WHERE d.content IS DISTINCT FROM c.chunk_text"
        " OR c.embedding_vector IS NULL OR d.status <> 'ready'",
    )
    assert wrong == 0
