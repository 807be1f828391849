"""Messages in the admin site."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.conf import conf
from assistant.conversations.models import Message
from tests import factories
from tests.db.admin.pages import NUL, errors, log_of, page

LIST = "/admin/assistant_conversations/message/"
CONFIG = {"generation_config": "{}", "initial-generation_config": "{}"}


def new_message(**fields: Any) -> dict[str, Any]:
    time = {"timestamp_0": "", "timestamp_1": ""}
    return {"role": "user", "content": "Hello", **time, **CONFIG, **fields}


def stored(message: Message, **fields: Any) -> dict[str, Any]:
    time = message.timestamp.astimezone(UTC)
    shown = {
        "conversation": message.conversation_id,
        "content": re.sub("\r\n|\r|\n", "\r\n", message.content),  # as browsers do
        "timestamp_0": time.strftime("%Y-%m-%d"),
        "timestamp_1": time.strftime("%H:%M:%S"),
    }
    return new_message(**{**shown, **fields})


def test_a_message_is_added_and_counted_and_logged(root: Client) -> None:
    conversation = factories.make_conversation()

    response = root.post(page(Message, "add"), new_message(conversation=conversation.pk))

    assert response.status_code == 302
    message = Message.objects.get()
    assert message.timestamp is not None
    assert conversation.stats.total_messages == 1
    assert [entry.is_addition() for entry in log_of(message)] == [True]


@pytest.mark.parametrize(
    "fields, name",
    [
        pytest.param({"conversation": ""}, "conversation", id="no-conversation"),
        pytest.param({"conversation": str(uuid4())}, "conversation", id="gone-conversation"),
        pytest.param({"conversation": "garbage"}, "conversation", id="garbage-conversation"),
        pytest.param({"conversation": NUL}, "conversation", id="nul-conversation"),
        pytest.param({"role": "tool"}, "role", id="unknown-role"),
        pytest.param({"role": NUL}, "role", id="nul-role"),
        pytest.param({"role": ""}, "role", id="no-role"),
        pytest.param({"content": ""}, "content", id="no-content"),
        pytest.param({"content": NUL}, "content", id="nul-in-content"),
        pytest.param({"content": "x" * (conf.MAX_FORM_BYTES + 1)}, "content", id="large-content"),
        pytest.param({"content": "\u4e2d" * 349_526}, "content", id="large-in-bytes"),
        pytest.param({"model_name": NUL}, "model_name", id="nul-in-model"),
        pytest.param({"model_name": "x" * 256}, "model_name", id="long-model"),
        pytest.param({"token_count": "-1"}, "token_count", id="negative-count"),
        pytest.param({"token_count": "2147483648"}, "token_count", id="count-overflow"),
        pytest.param({"generation_time": "-0.1"}, "generation_time", id="negative-time"),
        pytest.param({"generation_time": "NaN"}, "generation_time", id="nan-time"),
        pytest.param({"generation_time": "1e999"}, "generation_time", id="infinite-time"),
        pytest.param({"temperature": "nan"}, "temperature", id="nan-temperature"),
        pytest.param({"temperature": "-inf"}, "temperature", id="infinite-temperature"),
        pytest.param({"temperature": "warm"}, "temperature", id="no-temperature"),
        pytest.param({"generation_config": "[]"}, "generation_config", id="list"),
        pytest.param({"timestamp_0": "2027-02-30", "timestamp_1": "1:00"}, "timestamp", id="day"),
        pytest.param({"timestamp_0": "2027-02-03"}, "timestamp", id="half-a-time"),
        pytest.param({"timestamp_0": NUL, "timestamp_1": NUL}, "timestamp", id="nul-time"),
        pytest.param(
            {"timestamp_0": "0001-01-01", "timestamp_1": "0:00"}, "timestamp", id="year-1"
        ),
        pytest.param(
            {"timestamp_0": "9999-12-31", "timestamp_1": "23:59"}, "timestamp", id="year-9999"
        ),
        pytest.param(
            {"timestamp_0": "10000-01-01", "timestamp_1": "0:00"}, "timestamp", id="year-10000"
        ),
    ],
)
def test_what_the_form_refuses(root: Client, fields: dict[str, Any], name: str) -> None:
    data = new_message(**{"conversation": factories.make_conversation().pk, **fields})

    response = root.post(page(Message, "add"), data)

    assert list(errors(response)) == [name]
    assert not Message.objects.exists()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("day", ["0001-01-04", "9999-12-28"])
def test_the_earliest_and_latest_times_are_shown_everywhere(
    root: Client, settings: Any, zone: str, day: str
) -> None:
    conversation = factories.make_conversation()
    time = {"timestamp_0": day, "timestamp_1": "12:00:00"}
    settings.TIME_ZONE = zone

    response = root.post(page(Message, "add"), new_message(conversation=conversation.pk, **time))

    assert response.status_code == 302
    message = Message.objects.get()
    for address in (LIST, page(message, "change"), page(message, "delete")):
        assert root.get(address).status_code == 200


def test_a_stored_time_is_not_removed(root: Client) -> None:
    message = factories.make_message()

    response = root.post(page(message, "change"), stored(message, timestamp_0="", timestamp_1=""))

    assert list(errors(response)) == ["timestamp"]


@pytest.mark.parametrize(
    "content", ["  one\ntwo\n", "one\r\ntwo", "one\rtwo"], ids=["lf", "crlf", "cr"]
)
def test_a_change_writes_the_edited_columns_only(root: Client, content: str) -> None:
    time = datetime(2027, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)
    message = factories.make_message(content=content, timestamp=time)

    with CaptureQueriesContext(connection) as queries:
        response = root.post(page(message, "change"), stored(message, token_count="3"))

    assert response.status_code == 302
    updates = [q["sql"] for q in queries if q["sql"].startswith('UPDATE "messages"')]
    assert [sql.split(" WHERE ")[0] for sql in updates] == [
        'UPDATE "messages" SET "token_count" = 3'
    ]
    message.refresh_from_db()
    assert (message.content, message.timestamp) == (content, time)


def test_an_edited_content_keeps_its_spaces_and_line_feeds(root: Client) -> None:
    message = factories.make_message()

    root.post(page(message, "change"), stored(message, content="  one\r\ntwo \r\n"))

    message.refresh_from_db()
    assert message.content == "  one\ntwo \n"


def test_the_list_shows_the_beginning_of_a_message(root: Client) -> None:
    factories.make_message(content="x" * 10_000)

    text = root.get(LIST).text

    assert "x" * 59 + "…" in text
    assert "x" * 60 not in text


@pytest.mark.parametrize("by", ["pk", "conversation_id"])
def test_search_by_key(root: Client, by: str) -> None:
    message = factories.make_message()
    factories.make_message()

    response = root.get(LIST, {"q": str(getattr(message, by))})

    assert list(response.context["cl"].result_list) == [message]


@pytest.mark.parametrize("text", ["refund", "REFUNDED", '"refund the ticket"', "ticket -invoice"])
def test_search_by_words(root: Client, text: str) -> None:
    message = factories.make_message(content="Could you refund the ticket?")
    factories.make_message(content="Where is the invoice of my ticket?")

    response = root.get(LIST, {"q": text})

    assert list(response.context["cl"].result_list) == [message]


def test_found_words_are_marked_and_everything_else_is_escaped(root: Client) -> None:
    filler = "Nothing of interest. " * 100
    content = f"{filler}<script>alert(1)</script> refunds \x02 & \x03 refund {filler}"
    factories.make_message(content=content)

    text = root.get(LIST, {"q": "refund"}).text

    assert "<mark>refunds</mark>" in text
    assert "<mark>refund</mark>" in text
    assert "<script>alert" not in text
    assert "\x02" not in text


def test_chosen_messages_are_deleted_and_logged_by_their_beginning(root: Client) -> None:
    messages = [factories.make_message(content="y" * 10_000) for _ in range(3)]
    keys = [str(message.pk) for message in messages]
    data = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}

    with CaptureQueriesContext(connection) as queries:
        response = root.post(LIST, data)

    assert response.status_code == 302
    assert not Message.objects.exists()
    assert [log_of(message)[0].object_repr[:9] for message in messages] == ["user: yyy"] * 3
    selects = [q["sql"] for q in queries if q["sql"].startswith("SELECT")]
    assert not [sql for sql in selects if re.search(r'(?<!LEFT\()"messages"."content"', sql)]


def test_a_message_too_large_for_the_form_is_shown_in_part_and_kept(root: Client) -> None:
    message = factories.make_message(content="word " * 300_000)

    shown = root.get(page(message, "change"))
    data = stored(message, content="short", token_count="7")
    response = root.post(page(message, "change"), data)

    assert "1,500,000 bytes" in shown.text
    assert "1,048,576" in shown.text
    assert 'name="content"' not in shown.text
    assert len(shown.content) < 50_000
    assert response.status_code == 302
    message.refresh_from_db()
    assert len(message.content) == 1_500_000
    assert message.token_count == 7
