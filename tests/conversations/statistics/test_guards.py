"""What a client writes into the statistics themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from assistant.conversations.models import ConversationStats
from tests.contract import rows
from tests.conversations.statistics.recount import differences, totals, without_triggers
from tests.factories import make_conversation, make_message

Client = psycopg.Connection[Any]

KEPT = "SELECT * FROM conversation_stats ORDER BY conversation_id"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def conversation(client: Client) -> UUID:
    key = rows.conversation(client)
    rows.message(client, key, token_count=3, generation_time=0.5)
    rows.message(client, key, token_count=4)
    return key


WRITES = {
    "UPDATE": "UPDATE conversation_stats SET total_messages = 9, total_tokens = -1,"
    " avg_response_time = 9, response_count = 9, response_time_sum = 9",
    "UPDATE to nonsense": "UPDATE conversation_stats SET response_count = 0,"
    " response_time_sum = 'NaN', avg_response_time = 'NaN'",
    "UPDATE of the conversation": "UPDATE conversation_stats SET conversation_id = %(other)s",
    "DELETE": "DELETE FROM conversation_stats",
    "DELETE and INSERT": "WITH old AS (DELETE FROM conversation_stats RETURNING *)"
    " INSERT INTO conversation_stats SELECT * FROM old",
    "upsert": "INSERT INTO conversation_stats (conversation_id, total_messages) VALUES"
    " (%(conversation)s, 9) ON CONFLICT (conversation_id) DO UPDATE SET total_messages = 9",
    "TRUNCATE": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE conversation_stats",
    "MERGE": "MERGE INTO conversation_stats AS s USING conversations AS c"
    " ON c.id = s.conversation_id WHEN MATCHED AND c.title = '' THEN UPDATE SET total_tokens = 9"
    " WHEN MATCHED THEN DELETE",
}


@pytest.mark.parametrize("statement", WRITES.values(), ids=WRITES)
def test_what_a_client_writes_is_ignored(
    client: Client, conversation: UUID, statement: str
) -> None:
    other = rows.conversation(client)
    for each in statement.split("; "):
        keys = {"conversation": conversation, "other": other}
        client.execute(each, keys if "%(" in each else None)

    assert totals(client, conversation) == (2, 7)
    assert totals(client, other) is None
    assert differences(client) == []


def test_an_inserted_row_starts_at_zero_and_counts_from_there(client: Client) -> None:
    key = rows.conversation(client)

    rows.insert(
        client,
        "conversation_stats",
        conversation_id=key,
        total_messages=9,
        total_tokens=9,
        avg_response_time=9,
        response_count=9,
        response_time_sum=9,
    )
    assert differences(client) == []
    assert totals(client, key) == (0, 0)

    rows.message(client, key, token_count=3, generation_time=2)
    assert totals(client, key) == (1, 3)
    assert differences(client) == []


def test_a_row_may_go_once_its_conversation_has_no_messages(
    client: Client, conversation: UUID
) -> None:
    client.execute("DELETE FROM messages")

    client.execute("DELETE FROM conversation_stats")

    assert client.execute(KEPT).fetchall() == []
    rows.message(client, conversation, token_count=5)
    assert totals(client, conversation) == (1, 5)
    assert differences(client) == []


def test_the_guard_is_back_after_the_triggers_wrote(client: Client, conversation: UUID) -> None:
    client.execute("SELECT rebuild_conversation_stats(%s)", [[conversation]])
    client.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE messages CASCADE")
    rows.message(client, conversation, token_count=1)

    client.execute("UPDATE conversation_stats SET total_tokens = 9")

    assert totals(client, conversation) == (1, 1)


def age(client: Client, when: datetime) -> None:
    without_triggers(client, "UPDATE conversation_stats SET updated_at = %s", [when])


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO messages (conversation_id, role, content)"
        " SELECT id, 'user', 'x' FROM conversations",
        "UPDATE messages SET token_count = 9",
        "DELETE FROM messages WHERE token_count = 3",
        "TRUNCATE messages CASCADE",
        "UPDATE conversation_stats SET total_tokens = 9",
        "UPDATE conversation_stats SET updated_at = '-infinity'",
        "UPDATE conversation_stats SET updated_at = '2999-01-01'",
    ],
)
def test_updated_at_moves_to_now(client: Client, conversation: UUID, statement: str) -> None:
    client.execute("SET CONSTRAINTS ALL IMMEDIATE")
    age(client, LONG_AGO)

    client.execute(statement)

    moved = "SELECT updated_at = now() FROM conversation_stats"
    assert client.execute(moved).fetchall() == [(True,)]


@pytest.mark.parametrize("statement", ["DELETE FROM messages", WRITES["UPDATE"]])
def test_updated_at_never_goes_back(client: Client, conversation: UUID, statement: str) -> None:
    later = rows.scalar(client, "SELECT now()") + timedelta(days=1)
    age(client, later)

    client.execute(statement)

    assert client.execute("SELECT updated_at FROM conversation_stats").fetchall() == [(later,)]


def save(stale: ConversationStats) -> None:
    stale.save()


def bulk_update(stale: ConversationStats) -> None:
    ConversationStats.objects.bulk_update([stale], ["total_messages", "avg_response_time"])


def bulk_create(stale: ConversationStats) -> None:
    stale.pk = None
    stale.id = UUID(int=1)
    ConversationStats.objects.bulk_create(
        [stale],
        update_conflicts=True,
        unique_fields=["conversation"],
        update_fields=["total_messages", "total_tokens"],
    )


def update(stale: ConversationStats) -> None:
    ConversationStats.objects.update(total_messages=stale.total_messages, response_count=9)


def delete(stale: ConversationStats) -> None:
    stale.delete()


@pytest.mark.django_db
@pytest.mark.parametrize("write", [save, bulk_update, bulk_create, update, delete])
def test_the_orm_writes_nothing_over_newer_totals(write: Any) -> None:
    conversation = make_conversation()
    make_message(conversation=conversation, token_count=3, generation_time=1)
    stale = ConversationStats.objects.get()
    make_message(conversation=conversation, token_count=4, generation_time=2)

    write(stale)

    kept = ConversationStats.objects.get()
    assert (kept.total_messages, kept.total_tokens, kept.avg_response_time) == (2, 7, 1.5)
    assert differences(connection.connection) == []
