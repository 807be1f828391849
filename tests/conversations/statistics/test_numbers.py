"""Numbers at the edges of their types, the ORM, and other triggers on messages."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from assistant.conversations.models import Conversation, ConversationStats, Message
from tests.contract import rows
from tests.conversations.statistics.recount import differences, mean, totals
from tests.factories import make_conversation, make_message

Client = psycopg.Connection[Any]

SECONDS = {
    "1e15": (1e15, (1e15 + 0.5) / 2),
    "1e-9": (1e-9, 0.2500000005),
    "the largest": (1.7976931348623157e308, 8.9884656743116e307),
    "the smallest": (5e-324, 0.25),
}


@pytest.mark.parametrize("seconds, together", SECONDS.values(), ids=SECONDS)
def test_the_mean_recovers_exactly(client: Client, seconds: float, together: float) -> None:
    conversation = rows.conversation(client)
    rows.message(client, conversation, generation_time=0.1)
    rows.message(client, conversation, generation_time=0.9)
    (first,) = client.execute("SELECT id FROM messages WHERE generation_time = 0.1").fetchone()
    client.execute("UPDATE messages SET generation_time = 0.5 WHERE id = %s", [first])
    client.execute("DELETE FROM messages WHERE generation_time = 0.9")

    extreme = rows.message(client, conversation, generation_time=seconds)
    assert mean(client, conversation) == pytest.approx(together, rel=1e-12)
    assert differences(client) == []

    client.execute("DELETE FROM messages WHERE id = %s", [extreme])
    assert mean(client, conversation) == 0.5
    client.execute("DELETE FROM messages")
    assert mean(client, conversation) is None
    assert differences(client) == []


@pytest.mark.parametrize(
    "seconds, kept",
    [(1.7976931348623157e308, 1.79769313486231e308), (5e-324, 0.0)],
    ids=["the largest", "the smallest"],
)
def test_a_mean_alone_stays_within_what_a_float_holds(
    client: Client, seconds: float, kept: float
) -> None:
    conversation = rows.conversation(client)

    rows.message(client, conversation, generation_time=seconds)

    assert mean(client, conversation) == kept
    assert differences(client) == []


def test_totals_go_beyond_32_bits(client: Client) -> None:
    conversation = rows.conversation(client)

    client.execute(
        "INSERT INTO messages (conversation_id, role, content, token_count)"
        " SELECT %s, 'user', 'x', 2147483647 FROM generate_series(1, 3)",
        [conversation],
    )
    client.execute("UPDATE messages SET token_count = 2147483646")

    assert totals(client, conversation) == (3, 3 * 2147483646)
    assert differences(client) == []


HOSTS = {
    "fills the count": (
        "UPDATE messages SET token_count = length(NEW.content) WHERE id = NEW.id",
        (3, 15),
    ),
    "moves the message": (
        "UPDATE messages SET conversation_id = NEW.conversation_id, generation_time = 1",
        (3, 0),
    ),
    "deletes the message": ("DELETE FROM messages WHERE id = NEW.id", None),
    "keeps statistics itself": (
        "UPDATE conversation_stats SET total_messages = total_messages + 1",
        (3, 0),
    ),
}


@pytest.mark.parametrize("timing", ["a_before_ours", "z_after_ours"])
@pytest.mark.parametrize("body, expected", HOSTS.values(), ids=HOSTS)
def test_a_hosts_own_row_trigger(
    client: Client, timing: str, body: str, expected: tuple[int, int] | None
) -> None:
    client.execute(
        "CREATE FUNCTION host() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$ BEGIN {body}; RETURN NULL; END $$;"
        f"CREATE TRIGGER {timing} AFTER INSERT ON messages FOR EACH ROW EXECUTE FUNCTION host()"
    )
    conversation = rows.conversation(client)

    client.execute(
        "INSERT INTO messages (conversation_id, role, content)"
        " SELECT %s, 'user', 'Hello' FROM generate_series(1, 3)",
        [conversation],
    )

    assert (totals(client, conversation) or (0, 0)) == (expected or (0, 0))
    assert differences(client) == []


@pytest.mark.django_db
def test_the_orm() -> None:
    first, second = make_conversation(), make_conversation()
    message = make_message(conversation=first, token_count=3, generation_time=1)
    Message.objects.bulk_create(
        Message(conversation=each, role="user", content="x", token_count=5)
        for each in (second, first, second)
    )
    message.token_count = 7
    message.conversation = second
    message.save()
    Message.objects.filter(conversation=first).update(generation_time=2.5)
    Message.objects.filter(conversation=second, token_count=5).first().delete()

    kept = {each.conversation_id: each for each in ConversationStats.objects.all()}
    assert (kept[first.pk].total_messages, kept[first.pk].avg_response_time) == (1, 2.5)
    assert (kept[second.pk].total_messages, kept[second.pk].total_tokens) == (2, 12)
    assert differences(connection.connection) == []

    Message.objects.filter(conversation=second).delete()
    Conversation.objects.filter(pk=first.pk).delete()
    (left,) = ConversationStats.objects.all()
    assert (left.conversation_id, left.total_messages, left.total_tokens) == (second.pk, 0, 0)
    assert differences(connection.connection) == []
