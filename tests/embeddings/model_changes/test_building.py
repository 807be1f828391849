"""manage.py embedding_model build."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connections

from assistant.embeddings.index_states import index_states
from assistant.embeddings.model_changes.building import Builder
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.queue import backfilling
from assistant.embeddings.queue.pacing import Pace
from tests.contract import rows
from tests.contract.databases import alias, connect
from tests.embeddings.model_changes.commands import add, change, default_name, model, started
from tests.embeddings.queue.conftest import Client
from tests.embeddings.queue.test_sessions import in_background, until, value, work

COVERED = """
    SELECT (SELECT count(DISTINCT message_id) FROM conversation_embeddings
            WHERE embedding_model_id = %(model)s)
         + (SELECT count(DISTINCT document_id) FROM knowledge_chunks
            WHERE embedding_model_id = %(model)s AND embedding_vector IS NOT NULL)
"""


def covered(client: Client, name: str) -> int:
    return int(client.execute(COVERED, {"model": model(name).pk}).fetchone()[0])


def test_a_model_is_built_beside_the_default(texts: int, client: Client) -> None:
    former = default_name()
    add("new")

    lines = change("build", "new").splitlines()

    assert covered(client, "new") == texts
    assert lines[-2:] == [
        f"new: {texts} of {texts} texts are done.",
        "Next: manage.py embedding_model activate new",
    ]
    states = [state.status for state in index_states(model("new"), using="scratch")]
    assert states == ["valid", "missing"]  # four documents need none
    assert default_name() == former


def test_only_its_builders_work_for_a_model_that_is_being_built(texts: int, client: Client) -> None:
    add("new")
    work()
    assert covered(client, "new") == 0

    work(names=["new"])
    assert covered(client, "new") == texts

    # Handed over, it is kept in step by every worker.
    change("build", "new")
    rows.message(client, value(client, "SELECT id FROM conversations"), content="later")
    work()
    assert covered(client, "new") == texts + 1
    assert model("new").status == "active"


def test_a_build_says_what_has_failed(texts: int, client: Client, settings: Any) -> None:
    settings.ASSISTANT = {"EMBED_ATTEMPTS": 1}
    rows.message(client, value(client, "SELECT id FROM conversations"), content="poison")
    work()
    change("add", "new", "--dimension", 5, "--backend", "tests.embeddings.queue.embedders.Poisoned")

    text = change("build", "new")

    assert f"new: {texts} of {texts + 1} texts are done.\n1 texts have failed" in text
    assert "embedding_model activate" not in text
    with pytest.raises(
        CommandError, match=r"1 texts have failed.*embed --model new --retry-failed"
    ):
        change("activate", "new", "--yes")


def test_a_model_that_cannot_be_had_ends_the_build(texts: int, client: Client) -> None:
    change("add", "far", "--dimension", 7, "--backend", "no.such.Backend", "--no-check")

    with pytest.raises(CommandError, match=r"far: .*cannot be imported.*the same command"):
        change("build", "far")

    assert model("far").status == "building"


def test_json_tells_each_phase(texts: int) -> None:
    add("new")

    events = [json.loads(line) for line in change("build", "new", "--json").splitlines()]

    assert events[-1] == {
        "event": "built",
        "model": "new",
        "texts": texts,
        "covered": texts,
        "waiting": 0,
        "failed": 0,
        "indexes": {"conversation_embeddings": "valid", "knowledge_chunks": "missing"},
        "is_complete": True,
    }


def test_a_rate_is_kept(texts: int, client: Client) -> None:
    new = add("new")
    builder = Builder(new, using="scratch", pace=Pace(rate=20))

    def build() -> None:
        try:
            builder.run()
        finally:
            connections["scratch"].close()

    with in_background(build):
        until(lambda: covered(client, "new") > 0)
        first = client.execute("SELECT clock_timestamp()").fetchone()[0]
        until(lambda: covered(client, "new") >= 40)
        last = client.execute("SELECT clock_timestamp()").fetchone()[0]

    assert covered(client, "new") == texts
    # The first batch of 20 is there at the beginning; 20 a second are at least a second more.
    assert (last - first).total_seconds() > 0.8


def test_writers_and_several_builders_leave_nothing_out(
    texts: int, client: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(backfilling, "PATIENCE", 0.2)
    new = add("new")
    conversation = value(client, "SELECT id FROM conversations")

    def build() -> None:
        try:
            Builder(model("new"), using="scratch", pace=Pace()).run()
        finally:
            connections["scratch"].close()

    def write(number: int) -> None:
        with connect(client.info.dbname, autocommit=True) as writer:
            for step in range(15):
                rows.message(writer, conversation, content=f"written {number} {step}")
                writer.execute(
                    "UPDATE messages SET content = content || ' again' WHERE id = ("
                    " SELECT id FROM messages ORDER BY id OFFSET %s LIMIT 1)",
                    [3 * number + step],
                )

    with connect(client.info.dbname) as slow, ThreadPoolExecutor(4) as pool:
        # It began before the model was there, and commits when the sweep is under way.
        rows.message(slow, conversation, content="from before")
        writers = [pool.submit(write, number) for number in range(2)]
        builders = [pool.submit(build) for _ in range(2)]
        until(lambda: covered(client, "new") > 10)
        slow.commit()
        for future in [*writers, *builders]:
            future.result()
    change("build", "new")

    stale = """
        SELECT count(*) FROM messages AS m WHERE NOT EXISTS (
            SELECT FROM conversation_embeddings AS e
            WHERE e.message_id = m.id AND e.embedding_model_id = %s AND e.chunk_text = m.content)
    """
    assert value(client, stale, new.pk) == 0
    assert covered(client, "new") == texts + 31


def test_words_are_counted_for_projects_of_a_stricter_isolation(
    texts: int, client: Client, shared: str
) -> None:
    strict = "-c default_transaction_isolation=serializable"
    add("new")

    with alias(shared, options=strict, label="strict"):
        Builder(
            EmbeddingModel.objects.using("strict").get(name="new"), using="strict", pace=Pace()
        ).run()

    assert value(client, "SELECT count(*) FROM search_changes") == 0
    counted = "SELECT sum(passages) FROM search_statistics WHERE embedding_model_id = %s"
    assert value(client, counted, model("new").pk) == texts


def test_a_killed_build_goes_on(texts: int, client: Client, shared: str) -> None:
    add("new")
    process = started(shared, "build", "new", "--rate", "10")
    try:
        until(lambda: covered(client, "new") >= 10)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert covered(client, "new") < texts
    # As if the lease of what it had in hand were over.
    client.execute("UPDATE embedding_queue SET run_after = now()")

    assert f"{texts} of {texts} texts are done" in change("build", "new")

    assert covered(client, "new") == texts
    passages = "SELECT count(*) FROM conversation_embeddings WHERE embedding_model_id = %s"
    assert value(client, passages, model("new").pk) == texts - 4
