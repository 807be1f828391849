"""The pages of a long conversation, and what they cost."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib import admin
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.conversations.admin.threads import Thread
from assistant.conversations.models import Conversation, ConversationStats, Message
from tests import factories
from tests.db.admin.pages import NUL, page

TIME = datetime(2027, 1, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def conversation(db: None, settings: Any) -> Conversation:
    """Return a conversation of 23 messages, shown five a page."""
    settings.ASSISTANT = {"THREAD_PAGE_SIZE": 5}
    return make_thread(23)


def make_thread(count: int) -> Conversation:
    conversation = factories.make_conversation()
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            role="user",
            content=f"number {number}",
            timestamp=TIME + timedelta(seconds=number),
        )
        for number in reversed(range(1, count + 1))
    )
    return conversation


def shown(response: Any) -> list[str]:
    thread = response.context["thread"]
    return [item.message.start.removeprefix("number ") for item in thread.messages]


@pytest.mark.parametrize(
    "query, numbers",
    [
        ("", "1 2 3 4 5"),
        ("?page=1", "1 2 3 4 5"),
        ("?page=3", "11 12 13 14 15"),
        ("?page=5", "21 22 23"),
        ("?page=6", "21 22 23"),
        ("?page=1000000000000000000000", "21 22 23"),
        ("?page=0", "1 2 3 4 5"),
        ("?page=-1", "1 2 3 4 5"),
        ("?page=", "1 2 3 4 5"),
        ("?page=garbage", "1 2 3 4 5"),
        ("?page=1e9", "1 2 3 4 5"),
        ("?page=%00", "1 2 3 4 5"),
        (f"?page={'9' * 5000}", "1 2 3 4 5"),
        ("?page=2&page=4", "16 17 18 19 20"),
        ("?page=2&message=", "6 7 8 9 10"),
    ],
)
def test_a_page_or_the_nearest(
    root: Client, conversation: Conversation, query: str, numbers: str
) -> None:
    response = root.get(page(conversation, "change") + query)

    assert response.status_code == 200
    assert shown(response) == numbers.split()


@pytest.mark.parametrize("number, place", [(1, 1), (5, 1), (6, 2), (22, 5), (23, 5)])
def test_the_page_on_which_a_message_is(
    root: Client, conversation: Conversation, number: int, place: int
) -> None:
    message = Message.objects.get(content=f"number {number}")

    response = root.get(page(conversation, "change"), {"message": message.pk, "page": "2"})

    assert response.context["thread"].page.number == place
    assert str(number) in shown(response)


@pytest.mark.parametrize(
    "text", ["", "garbage", NUL, "9" * 5000, str(UUID(int=0)), "another", "{}"]
)
def test_a_message_that_is_not_there(root: Client, conversation: Conversation, text: str) -> None:
    another = factories.make_message()

    response = root.get(
        page(conversation, "change"), {"message": str(another.pk) if text == "another" else text}
    )

    assert response.status_code == 200
    assert response.context["thread"].page.number == 1


def test_links_lead_to_the_other_pages(root: Client, conversation: Conversation) -> None:
    address = page(conversation, "change")
    filters = "_changelist_filters=agent_type__exact%3Dchat"

    middle = root.get(f"{address}?{filters}&message={uuid4()}&page=3").context["thread"].links
    first = root.get(address)
    last = root.get(f"{address}?page=5").context["thread"].links

    assert list(middle) == [
        (str(number), f"?{filters}&page={number}#thread" if number != 3 else "")
        for number in range(1, 6)
    ]
    around = [middle.first, middle.previous, middle.next, middle.last]
    assert around == [f"?{filters}&page={number}#thread" for number in (1, 2, 4, 5)]
    links = first.context["thread"].links
    assert (links.first, links.previous, links.next) == ("", "", "?page=2#thread")
    assert (last.previous, last.next, last.last) == ("?page=4#thread", "", "")
    assert '<span class="this-page" aria-current="page">1</span>' in first.text
    assert "1 to 5 of 23 messages" in first.text


def test_one_page_needs_no_links(root: Client, settings: Any) -> None:
    settings.ASSISTANT = {"THREAD_PAGE_SIZE": 5}

    assert "thread-pages" not in root.get(page(make_thread(5), "change")).text


def test_messages_of_one_moment_have_one_order(root: Client, settings: Any) -> None:
    settings.ASSISTANT = {"THREAD_PAGE_SIZE": 2}
    conversation = factories.make_conversation()
    keys = [UUID(int=number << 64) for number in (5, 2, 7, 1, 3, 6, 4)]
    for key in keys:
        factories.make_message(id=key, conversation=conversation, timestamp=TIME)

    seen: list[UUID] = []
    for number in range(1, 5):
        thread = root.get(page(conversation, "change"), {"page": number}).context["thread"]
        seen += [item.message.pk for item in thread.messages]

    assert seen == sorted(keys)
    for index, key in enumerate(seen):
        thread = root.get(page(conversation, "change"), {"message": key}).context["thread"]
        assert thread.page.number == index // 2 + 1


def make_statless(conversation: Conversation) -> Conversation:
    """Return it as the admin does, without the row that triggers keep for it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "DELETE FROM conversation_stats WHERE conversation_id = %s", [conversation.pk]
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert not ConversationStats.objects.filter(conversation=conversation).exists()
    return Conversation.objects.select_related("stats").get(pk=conversation.pk)


def test_messages_without_statistics_are_counted(root: Client, conversation: Conversation) -> None:
    response = root.get(page(make_statless(conversation), "change"), {"page": "5"})

    assert shown(response) == ["21", "22", "23"]


def purpose(sql: str) -> str:
    """Name a query of the page."""
    for name, part in {
        "related lists": "SELECT (SELECT count(*)",
        "session": 'FROM "django_session"',
        "large values": 'AS "size_metadata"',
        "place": 'SELECT "messages"."id", "messages"."timestamp" FROM',
        "before": 'SELECT COUNT(*) AS "__count" FROM "messages"',
        "times": 'AS "first", MAX',
        "models": '"messages"."model_name" AS "model_name", COUNT(',
        "keys": 'SELECT "messages"."id" AS "pk" FROM',
        "beginnings": "LEFT(",
        "suggestions": "WITH RECURSIVE found",
        "row and statistics": '"conversation_stats"."total_messages"',
    }.items():
        if part in sql:
            return name
    return "user" if 'FROM "users"' in sql else sql


@pytest.mark.parametrize("count", [1, 50, 120])
def test_the_queries_of_a_page(root: Client, count: int) -> None:
    conversation = make_thread(count)
    address = page(conversation, "change")
    root.get(address)  # fills the cache of content types

    with CaptureQueriesContext(connection) as queries:
        response = root.get(address)

    assert len(shown(response)) == min(count, 50)
    assert [purpose(query["sql"]) for query in queries] == [
        "session",
        "user",
        "large values",
        "row and statistics",
        "times",
        "user",  # the owner
        "models",
        "related lists",
        "user",  # the form's choice
        "suggestions",  # of agent types
        "keys",
        "beginnings",
    ]


def test_two_more_queries_find_a_message(root: Client, conversation: Conversation) -> None:
    message = Message.objects.get(content="number 20")

    with CaptureQueriesContext(connection) as queries:
        root.get(page(conversation, "change"), {"message": message.pk})

    purposes = [purpose(query["sql"]) for query in queries]
    assert len(purposes) == 14
    assert {"place", "before"} <= set(purposes)


def test_large_columns_stay_in_the_database(root: Client, conversation: Conversation) -> None:
    response = root.get(page(conversation, "change"))

    for item in response.context["thread"].messages:
        assert item.message.get_deferred_fields() == {"content", "generation_config"}


def test_the_index_of_all_times_is_not_walked(db: None) -> None:
    conversation = make_thread(2000)  # so many that all times look like this one's
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messages")
    thread = Thread(conversation=conversation, query=QueryDict(), site=admin.site)

    with CaptureQueriesContext(connection) as queries:
        assert len(thread.messages) == 50
        assert thread.first_and_last["first"] == TIME + timedelta(seconds=1)

    for query in queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "idx_messages_timestamp" not in plan
