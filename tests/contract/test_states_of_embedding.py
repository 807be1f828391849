"""What only those who compute vectors write: how far a document and a model are."""

from typing import Any

import psycopg
import pytest

from tests.contract import rows

Client = psycopg.Connection[Any]

STATE = "SELECT status, last_error FROM knowledge_base"
# As a worker does, for its transaction.
EMBEDS = "SELECT set_config('assistant.embeds', 'on', true)"
CLIENT_AGAIN = "SELECT set_config('assistant.embeds', '', true)"


@pytest.fixture
def failed(client: Client) -> Any:
    """Return the key of a document that could not be embedded."""
    key = rows.insert(client, "knowledge_base", title="T", content="C", updated_at="2020-01-01")
    client.execute(EMBEDS)
    client.execute("UPDATE knowledge_base SET status = 'failed', last_error = 'Too long'")
    client.execute(CLIENT_AGAIN)
    return key


def test_a_new_document_waits(client: Client) -> None:
    rows.insert(client, "knowledge_base", title="T", content="C", status="ready", last_error="mine")

    assert client.execute(STATE).fetchall() == [("pending", None)]


def test_a_worker_writes_the_state(client: Client, failed: Any) -> None:
    assert client.execute(STATE).fetchall() == [("failed", "Too long")]


def test_a_client_does_not(client: Client, failed: Any) -> None:
    client.execute("UPDATE knowledge_base SET status = 'ready', last_error = NULL, title = 'New'")

    assert client.execute(STATE).fetchall() == [("failed", "Too long")]
    assert rows.scalar(client, "SELECT title FROM knowledge_base") == "New"


@pytest.mark.parametrize("change", ["content = 'New'", "content_type = 'markdown'"])
@pytest.mark.parametrize("who", [EMBEDS, CLIENT_AGAIN], ids=["worker", "client"])
def test_a_new_content_waits(client: Client, failed: Any, change: str, who: str) -> None:
    client.execute(who)
    client.execute(f"UPDATE knowledge_base SET {change}, status = 'ready', last_error = 'mine'")

    assert client.execute(STATE).fetchall() == [("pending", None)]


def test_the_same_content_does_not(client: Client, failed: Any) -> None:
    client.execute("UPDATE knowledge_base SET content = content, content_type = content_type")

    assert client.execute(STATE).fetchall() == [("failed", "Too long")]


def test_what_a_worker_writes_is_no_change_of_the_document(client: Client, failed: Any) -> None:
    query = "SELECT updated_at < '2021-01-01' FROM knowledge_base"
    client.execute(EMBEDS)
    client.execute("UPDATE knowledge_base SET status = 'ready', updated_at = now()")
    assert rows.scalar(client, query) is True

    client.execute(CLIENT_AGAIN)
    client.execute("UPDATE knowledge_base SET title = 'New'")
    assert rows.scalar(client, query) is False


@pytest.mark.parametrize("status", ["", "done"])
def test_another_state_is_refused(client: Client, failed: Any, status: str) -> None:
    client.execute(EMBEDS)

    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        client.execute("UPDATE knowledge_base SET status = %s", [status])

    assert refused.value.diag.constraint_name == "knowledge_base_status_check"


def backfilled(client: Client) -> bool:
    return rows.scalar(client, "SELECT backfilled_at IS NOT NULL FROM embedding_models")


@pytest.fixture
def complete(client: Client) -> None:
    """Make the default model one whose texts have all been queued."""
    client.execute(EMBEDS)
    client.execute("UPDATE embedding_models SET backfilled_at = now()")
    client.execute(CLIENT_AGAIN)
    assert backfilled(client)


def test_a_client_does_not_say_that_all_texts_are_queued(client: Client) -> None:
    client.execute("UPDATE embedding_models SET backfilled_at = now()")
    assert not backfilled(client)

    client.execute("DELETE FROM embedding_models")
    rows.insert(client, "embedding_models", name="m", dimension=3, backfilled_at="2020-01-01")
    assert not backfilled(client)


def test_a_client_does_not_take_it_back(client: Client, complete: None) -> None:
    client.execute("UPDATE embedding_models SET backfilled_at = NULL, description = 'New'")

    assert backfilled(client)


@pytest.mark.parametrize(
    "off,on",
    [
        ("is_active = false", "is_active = true"),
        ("status = 'retired'", "status = 'active'"),
        ("status = 'retired'", "status = 'building'"),
    ],
)
def test_a_model_that_was_out_of_use_is_filled_again(
    client: Client, complete: None, off: str, on: str
) -> None:
    client.execute(f"UPDATE embedding_models SET {off}")
    client.execute(f"UPDATE embedding_models SET {on}, backfilled_at = now()")

    assert not backfilled(client)


@pytest.mark.parametrize(
    "column,value", [("distance", "manhattan"), ("status", "gone"), ("provider", "[]")]
)
def test_models_that_are_refused(client: Client, column: str, value: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        rows.insert(client, "embedding_models", name="m", dimension=3, **{column: value})

    assert refused.value.diag.constraint_name == f"embedding_models_{column}_check"
