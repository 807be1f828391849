"""manage.py conversation_stats."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from assistant.conversations.models import ConversationStats
from tests.factories import make_conversation, make_message

pytestmark = pytest.mark.django_db


def run(*arguments):
    output = StringIO()
    call_command("conversation_stats", *arguments, stdout=output)
    return output.getvalue()


def without_triggers(statement, *parameters):
    """Run a statement as a session whose triggers do not fire."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture
def conversation():
    conversation = make_conversation()
    make_message(conversation=conversation, token_count=5, generation_time=2)
    make_message(conversation=conversation, token_count=7)
    return conversation


SPOILED = {
    "total_messages": (
        "UPDATE conversation_stats SET total_messages = 9",
        "total_messages is 9, counted 2",
    ),
    "total_tokens": (
        "UPDATE conversation_stats SET total_tokens = 9",
        "total_tokens is 9, counted 12",
    ),
    "avg_response_time": (
        "UPDATE conversation_stats SET avg_response_time = 9",
        "avg_response_time is 9.0, counted 2.0",
    ),
    "lost average": (
        "UPDATE conversation_stats SET avg_response_time = NULL",
        "avg_response_time is None, counted 2.0",
    ),
    "response_count": (
        "UPDATE conversation_stats SET response_count = 9",
        "response_count is 9, counted 1",
    ),
    "response_time_sum": (
        "UPDATE conversation_stats SET response_time_sum = 9",
        "response_time_sum is 9, counted 2",
    ),
    "lost row": ("DELETE FROM conversation_stats", "no row, 2 messages"),
    "unseen message": (
        "DELETE FROM messages WHERE token_count = 7",
        "total_messages is 2, counted 1",
    ),
    "all messages gone": ("DELETE FROM messages", "total_messages is 2, counted 0"),
}


@pytest.mark.parametrize("statement", [s for s, _ in SPOILED.values()], ids=SPOILED.keys())
def test_what_differs_is_found_and_mended(conversation, statement):
    other = make_message().conversation
    joined = " AND " if "WHERE" in statement else " WHERE "
    without_triggers(f"{statement}{joined}conversation_id = %s", conversation.pk)

    with pytest.raises(CommandError, match="1 conversations differ") as caught:
        run("verify")
    assert caught.value.returncode == 1
    run("rebuild")

    assert "equal a recount" in run("verify")
    assert ConversationStats.objects.get(conversation=other).total_messages == 1


@pytest.mark.parametrize("statement, said", SPOILED.values(), ids=SPOILED.keys())
def test_each_difference_is_one_line(conversation, statement, said):
    without_triggers(statement)
    output = StringIO()

    with pytest.raises(CommandError):
        call_command("conversation_stats", "verify", stdout=output)

    (line,) = output.getvalue().splitlines()
    assert line.startswith(f"{conversation.pk}: ")
    assert said in line


def test_json_is_an_object_a_line(conversation):
    without_triggers("UPDATE conversation_stats SET total_messages = 9")
    output = StringIO()

    with pytest.raises(CommandError):
        call_command("conversation_stats", "verify", "--json", stdout=output)

    found = json.loads(output.getvalue())
    assert found["conversation_id"] == str(conversation.pk)
    assert found["stored"]["total_messages"] == 9
    assert found["counted"]["total_messages"] == 2


def test_nothing_to_find_and_nothing_to_mend(conversation):
    make_conversation()  # without messages and without a row

    assert "equal a recount" in run("verify")
    assert "Nothing to rebuild" in run("rebuild")


def test_unknown_actions_and_databases_are_refused():
    with pytest.raises(CommandError, match="invalid choice: 'mend'"):
        run("mend")
    with pytest.raises(CommandError, match="invalid choice: 'elsewhere'"):
        run("verify", "--database", "elsewhere")


@pytest.mark.parametrize("seconds", [1.7976931348623157e308, 5e-324, 0.1, 1e15])
def test_extreme_times_are_no_difference(seconds):
    make_message(generation_time=seconds)

    assert "equal a recount" in run("verify")
