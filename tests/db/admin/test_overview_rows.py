"""What the overview counts for whom, and the latest activity."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistant.conversations.models import Conversation, Message
from tests import factories
from tests.db.admin.test_overview import cards


@pytest.mark.django_db
def test_only_what_the_user_may_view_is_counted() -> None:
    assert cards(factories.make_user(is_staff=True)) == {}
    with CaptureQueriesContext(connection) as queries:
        assert cards(AnonymousUser()) == {}
    assert not queries.captured_queries


@pytest.mark.django_db
def test_one_query_for_all_tables_however_many_rows() -> None:
    user = factories.make_user(is_staff=True, is_superuser=True)
    counts = []
    for _ in range(2):
        factories.make_message()
        with CaptureQueriesContext(connection) as queries:
            cards(user)
        counts.append(len(queries))

    assert counts == [1, 1]


@pytest.mark.django_db
def test_the_latest_activity() -> None:
    now = timezone.now().replace(microsecond=0)
    conversation = factories.make_conversation()
    for minutes in (30, 3, 50):
        time = now - timedelta(minutes=minutes)
        factories.make_message(conversation=conversation, timestamp=time)

    assert cards()[Message].activity == now - timedelta(minutes=3)


@pytest.mark.django_db
@pytest.mark.parametrize("time", ["infinity", "-infinity", "0044-03-15 BC", "12000-01-01"])
def test_times_that_python_cannot_hold_are_passed_over(time: str) -> None:
    then = datetime(2026, 1, 2, tzinfo=UTC)
    user = factories.make_user()
    with connection.cursor() as cursor:
        for value in (then, time):
            cursor.execute(
                "INSERT INTO conversations (user_id, updated_at) VALUES (%s, %s)", [user.pk, value]
            )

    assert cards()[Conversation].activity == then


@pytest.mark.django_db
def test_activity_is_found_through_indexes() -> None:
    user = factories.make_user(is_staff=True, is_superuser=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations (user_id, updated_at) "
            "SELECT %s, now() - i * interval '1 minute' FROM generate_series(1, 5000) AS i",
            [user.pk],
        )
        cursor.execute(
            "INSERT INTO messages (conversation_id, role, content, timestamp) "
            "SELECT id, 'user', 'x', updated_at FROM conversations"
        )
        cursor.execute("ANALYZE conversations, messages")
    with CaptureQueriesContext(connection) as queries:
        cards(user)
    [query] = queries

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {query['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "using idx_messages_timestamp" in plan
    assert "using idx_conversations_updated_at" in plan
    assert "Sort Key: conversations" not in plan
    assert "Sort Key: messages" not in plan
