"""Several workers, and others who write meanwhile."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.queue.worker import Worker
from tests.contract import rows
from tests.contract.databases import connect, url
from tests.embeddings.embedder import HashedWords
from tests.embeddings.queue import embedders
from tests.embeddings.queue.conftest import Client

# Never reached unless something hangs.
SECONDS = 60


def until(condition: Callable[[], Any]) -> Any:
    """Return what a condition says once it says something."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("It never came.")


def work(run: str = "run", **options: Any) -> Worker:
    """Let a worker run in this thread, which has connections of its own."""
    worker = Worker(using="scratch", **options)
    try:
        getattr(worker, run)()
    finally:
        connections["scratch"].close()
    return worker


@contextmanager
def in_background(function: Callable[[], Any]) -> Iterator["Future[Any]"]:
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(function)


@contextmanager
def held_worker() -> Iterator["Future[Any]"]:
    """Have a worker that computes until the block ends."""
    EmbeddingModel.objects.using("scratch").update(backend=f"{embedders.__name__}.Held")
    embedders.Held.entered.clear()
    embedders.Held.released.clear()
    with in_background(work) as future:
        try:
            assert embedders.Held.entered.wait(SECONDS)
            yield future
        finally:
            embedders.Held.released.set()
    future.result()


def value(client: Client, statement: str, *parameters: Any) -> Any:
    row = client.execute(statement, parameters).fetchone()
    return row[0] if row else None


def waiting(client: Client) -> int:
    return int(value(client, "SELECT count(*) FROM embedding_queue"))


def texts(client: Client) -> list[str]:
    found = client.execute("SELECT chunk_text FROM conversation_embeddings ORDER BY chunk_text")
    return [text for (text,) in found]


@pytest.fixture
def message(client: Client) -> UUID:
    return rows.message(client, rows.conversation(client), content="first")


def test_an_edit_while_its_vector_is_computed_counts(client: Client, message: UUID) -> None:
    with held_worker():
        client.execute("UPDATE messages SET content = 'second' WHERE id = %s", [message])

    assert texts(client) == ["second"]
    assert waiting(client) == 0


def test_a_message_may_go_while_its_vector_is_computed(client: Client, message: UUID) -> None:
    with held_worker():
        client.execute("SET lock_timeout = '10s'")
        client.execute("DELETE FROM conversations")

    assert texts(client) == []
    assert waiting(client) == 0


def test_two_workers_compute_the_same_text_once(client: Client, message: UUID) -> None:
    conversation = value(client, "SELECT conversation_id FROM messages")
    with held_worker():
        # The held worker has the first row; the other one gets the same text.
        rows.message(client, conversation, content="first")
        with in_background(work) as other:
            later = "SELECT count(*) = 2 FROM embedding_queue WHERE run_after > created_at"
            until(lambda: value(client, later))
            embedders.Held.released.set()
    other.result()
    work()

    assert HashedWords.texts == ["first"]
    assert texts(client) == ["first", "first"]


def test_several_workers_share_the_work(client: Client) -> None:
    conversation = rows.conversation(client)
    for number in range(200):
        rows.message(client, conversation, content=f"text {number % 150}")
    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(work) for _ in range(3)]:
            future.result()

    assert waiting(client) == 0
    assert value(client, "SELECT count(DISTINCT message_id) FROM conversation_embeddings") == 200
    assert len(texts(client)) == 200
    assert sorted(HashedWords.texts) == sorted({f"text {n}" for n in range(150)})


def test_what_somebody_has_locked_is_left_for_later(client: Client, message: UUID) -> None:
    with connect(client.info.dbname) as writer:
        writer.execute("UPDATE messages SET token_count = 1 WHERE id = %s", [message])
        with in_background(work) as worker:
            until(lambda: HashedWords.texts)
            time.sleep(0.1)
            writer.commit()
        worker.result()

    assert texts(client) == ["first"]
    assert waiting(client) == 0


@pytest.mark.parametrize("table", ["embedding_queue", "messages", "conversations"])
def test_a_run_ends_though_somebody_keeps_a_lock(
    client: Client, message: UUID, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.embeddings.queue.worker.MOST_BUSY_TURNS", 1)
    with connect(client.info.dbname) as writer:
        writer.execute(f"SELECT FROM {table} FOR UPDATE")
        work()
        assert texts(client) == []
        writer.rollback()

    work()

    assert texts(client) == ["first"]
    assert len(HashedWords.texts) <= 2


def test_texts_of_a_transaction_that_is_older_than_the_model(client: Client) -> None:
    client.execute("UPDATE embedding_models SET is_active = false")
    conversation = rows.conversation(client)
    with connect(client.info.dbname) as writer:
        rows.message(writer, conversation, content="late")
        client.execute("UPDATE embedding_models SET is_active = true")
        with in_background(work) as worker:
            until(
                lambda: value(
                    client,
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%pg_locks%%'"
                    " AND datname = current_database() AND pid <> pg_backend_pid()",
                )
            )
            writer.commit()
        worker.result()

    assert texts(client) == ["late"]
    assert value(client, "SELECT backfilled_at FROM embedding_models") is not None


def test_where_such_a_transaction_goes_on_the_sweep_comes_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.embeddings.queue.backfilling.PATIENCE", 0)
    client.execute("UPDATE embedding_models SET is_active = false")
    conversation = rows.conversation(client)
    rows.message(client, conversation, content="early")
    with connect(client.info.dbname) as writer:
        rows.message(writer, conversation, content="late")
        client.execute("UPDATE embedding_models SET is_active = true")
        work()
        assert texts(client) == ["early"]
        assert value(client, "SELECT backfilled_at FROM embedding_models") is None

    work()

    assert texts(client) == ["early", "late"]
    assert value(client, "SELECT backfilled_at FROM embedding_models") is not None


@contextmanager
def watching(name: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the command in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "embed", "--watch", "--json"],
        env={**os.environ, "DATABASE_URL": url(name), "SECRET_KEY": "x", "PYTHONPATH": "."},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def asleep(client: Client) -> bool:
    """Return whether somebody sleeps with the lock by which writers know it."""
    return bool(
        value(
            client,
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
            " AND mode = 'ExclusiveLock' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
    )


def test_watching_wakes_shares_and_ends(client: Client, message: UUID) -> None:
    with watching(client.info.dbname) as process:
        until(lambda: texts(client) == ["first"])
        until(lambda: asleep(client))
        client.execute("UPDATE messages SET content = 'second'")
        until(lambda: texts(client) == ["second"])

        until(lambda: asleep(client))
        # As in a restart of the server.
        client.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        client.execute("UPDATE messages SET content = 'third'")
        until(lambda: texts(client) == ["third"])

        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=SECONDS)

    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert '"event": "end"' in output.splitlines()[-1]


def test_a_killed_worker_s_rows_come_back(client: Client, message: UUID) -> None:
    client.execute(
        "UPDATE embedding_models SET backend = %s", ["tests.embeddings.queue.embedders.Held"]
    )
    with watching(client.info.dbname) as process:
        until(lambda: value(client, "SELECT locked_at FROM embedding_queue"))
        process.kill()
        process.wait()

    client.execute("UPDATE embedding_models SET backend = 'tests.embeddings.embedder.HashedWords'")
    work()
    assert texts(client) == []
    # The lease ends.
    client.execute("UPDATE embedding_queue SET run_after = now()")
    work()
    assert texts(client) == ["first"]
    assert waiting(client) == 0


def test_a_second_signal_ends_it_at_once_and_gives_rows_back(client: Client, message: UUID) -> None:
    client.execute(
        "UPDATE embedding_models SET backend = %s", ["tests.embeddings.queue.embedders.Held"]
    )
    with watching(client.info.dbname) as process:
        computes = (
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
            " AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        until(lambda: value(client, computes))
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _output, errors = process.communicate(timeout=SECONDS)

    assert process.returncode == 1
    assert errors.strip() == "CommandError: Interrupted; what was in hand is queued again."
    row = client.execute("SELECT locked_at, attempts FROM embedding_queue").fetchone()
    assert row == (None, 0)
