"""manage.py embedding_model retire."""

import signal
from threading import Event
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connections

from assistant.embeddings.index_states import LOCK_CLASS, index_name, index_states
from assistant.embeddings.model_changes import deletion
from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.model_changes.retirement import retire_model
from assistant.embeddings.models import ConversationEmbedding
from assistant.embeddings.search import search
from assistant.embeddings.vector_indexes import drop_index
from tests.contract.databases import connect
from tests.embeddings.model_changes.commands import add, change, default_name, model, started
from tests.embeddings.queue.conftest import Client
from tests.embeddings.queue.test_sessions import in_background, until, value, work

LEFT = """
    SELECT (SELECT count(*) FROM conversation_embeddings WHERE embedding_model_id = %(model)s)
         + (SELECT count(*) FROM knowledge_chunks WHERE embedding_model_id = %(model)s)
         + (SELECT count(*) FROM knowledge_base WHERE embedding_model_id = %(model)s)
         + (SELECT count(*) FROM embedding_queue WHERE embedding_model_id = %(model)s)
"""

PASSAGES = "SELECT count(*) FROM conversation_embeddings WHERE embedding_model_id = %s"


def retire_aside(name: str) -> None:
    """Retire a model in a thread, which has connections of its own."""
    try:
        retire(name)
    finally:
        connections["scratch"].close()


@pytest.fixture
def former(texts: int) -> str:
    """Activate another model, and return the name of the one before."""
    name = default_name()
    add("new")
    change("build", "new")
    change("activate", "new", "--yes", "--queries", 0)
    return name


def left(client: Client, name: str) -> int:
    return int(client.execute(LEFT, {"model": model(name).pk}).fetchone()[0])


def retire(name: str) -> str:
    return change("retire", name, "--yes", "--grace", 0)


def test_vectors_indexes_and_queue_go_and_the_row_stays(
    former: str, texts: int, client: Client
) -> None:
    client.execute("UPDATE messages SET content = content || ' again' WHERE content LIKE 'note 7%'")
    before = left(client, "new")

    text = retire(former)

    assert text.splitlines()[-1].startswith(f"{former} is retired: {texts} passages")
    assert left(client, former) == 0
    assert left(client, "new") == before
    assert [state.status for state in index_states(model(former), using="scratch")] == [
        "missing",
        "missing",
    ]
    assert (model(former).status, model(former).is_default) == ("retired", False)
    assert search("note on the orchard", user=None, mode="vector", using="scratch")
    # Nothing is queued or computed for it any more.
    client.execute("UPDATE messages SET content = content || ' once more'")
    work()
    assert left(client, former) == 0


def test_documents_of_a_model_that_did_not_follow_are_cleared(former: str, client: Client) -> None:
    [document] = client.execute("SELECT id FROM knowledge_base ORDER BY id LIMIT 1").fetchone()
    # Its passages have no vectors of the default model: nothing replaces the former's.
    client.execute("DELETE FROM knowledge_chunks WHERE document_id = %s", [document])
    client.execute(
        "UPDATE knowledge_base SET embedding_model_id = %s, embedding_vector = '[1,2,3]'"
        " WHERE id = %s",
        [model(former).pk, document],
    )
    state = "SELECT (updated_at, status, content)::text FROM knowledge_base WHERE id = %s"
    before = value(client, state, document)

    retire(former)

    assert left(client, former) == 0
    assert value(client, state, document) == before


def test_the_default_is_refused(former: str, client: Client) -> None:
    with pytest.raises(CommandError, match=r'"new" is the default.*embedding_model activate NAME'):
        retire("new")

    assert model("new").status == "active"
    with pytest.raises(CommandError, match=f"Delete the vectors and indexes of {former}.*--yes"):
        change("retire", former)
    assert left(client, former) > 0


def test_a_retired_model_is_taken_back_by_building_it(former: str, texts: int) -> None:
    retire(former)
    for step in (
        ["activate", former, "--yes"],
        ["activate", former, "--force", "--yes"],
        ["build", former],
    ):
        with pytest.raises(CommandError, match=r"is retired.*embedding_model build .* --again"):
            change(*step)
    with pytest.raises(CommandError, match=r"already .* retired.*--again"):
        add(former)

    assert f"{texts} of {texts} texts are done" in change("build", former, "--again")

    change("activate", former, "--yes")
    assert default_name() == former


def test_rows_that_somebody_has_in_hand_go_later(former: str, client: Client) -> None:
    drop_index(model(former), ConversationEmbedding, using="scratch")  # it would wait
    with connect(client.info.dbname) as holder:
        holder.execute(
            "SELECT FROM conversation_embeddings WHERE embedding_model_id = %s LIMIT 3 FOR UPDATE",
            [model(former).pk],
        )
        with in_background(lambda: retire_aside(former)) as retiring:
            try:
                until(lambda: value(client, PASSAGES, model(former).pk) == 3)
            finally:
                holder.rollback()
    retiring.result()

    assert left(client, former) == 0


def test_it_ends_where_the_model_is_taken_back(
    former: str, client: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(deletion, "PAGES", 1)
    monkeypatch.setattr(deletion, "BUSY_PAUSE", 0.05)
    drop_index(model(former), ConversationEmbedding, using="scratch")  # it would wait
    with connect(client.info.dbname) as holder:
        holder.execute(
            "SELECT FROM conversation_embeddings WHERE embedding_model_id = %s LIMIT 3 FOR UPDATE",
            [model(former).pk],
        )
        with in_background(lambda: retire_aside(former)) as retiring:
            try:
                until(lambda: value(client, PASSAGES, model(former).pk) < 10)
                client.execute(
                    "UPDATE embedding_models SET status = 'building' WHERE name = %s", [former]
                )
                with pytest.raises(CommandError, match="was taken back"):
                    retiring.result(timeout=30)
            finally:
                holder.rollback()


TAKE_BACK = "UPDATE embedding_models SET status = 'active' WHERE name = %s"


def indexes(name: str) -> list[str]:
    return [state.status for state in index_states(model(name), using="scratch")]


def test_indexes_stay_where_the_model_is_taken_back_in_the_time_of_grace(
    former: str, client: Client
) -> None:
    class TakesBack(Event):
        def wait(self, timeout: float | None = None) -> bool:
            client.execute(TAKE_BACK, [former])
            return False

    before, rows = indexes(former), left(client, former)
    assert "valid" in before

    with pytest.raises(ModelChangeError, match="was taken back"):
        retire_model(model(former), using="scratch", stop=TakesBack())

    assert (indexes(former), left(client, former)) == (before, rows)


def test_indexes_stay_where_the_model_is_taken_back_while_they_are_waited_for(
    former: str, client: Client
) -> None:
    before = indexes(former)
    name = index_name(ConversationEmbedding._meta.db_table, model(former))
    lock = "SELECT pg_advisory_lock(%s, hashtext(%s))"
    tries = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%pg_try_advisory_lock%%'"
    with connect(client.info.dbname, autocommit=True) as builder:
        builder.execute(lock, [LOCK_CLASS, name])
        with in_background(lambda: retire_aside(former)) as retiring:
            try:
                until(lambda: value(client, tries + " AND datname = current_database()") > 1)
                client.execute(TAKE_BACK, [former])
            finally:
                builder.execute("SELECT pg_advisory_unlock_all()")
            with pytest.raises(CommandError, match="was taken back"):
                retiring.result(timeout=30)

    assert indexes(former) == before


def test_a_killed_retirement_goes_on(former: str, client: Client, shared: str) -> None:
    before = left(client, former)
    slow = (
        "from assistant.embeddings.model_changes import deletion\n"
        "deletion.PAGES, deletion.REST = 1, 200"
    )
    process = started(shared, "retire", former, "--yes", "--grace", "0", first=slow)
    try:
        until(lambda: 0 < left(client, former) < before)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert left(client, former) > 0

    retire(former)

    assert left(client, former) == 0
