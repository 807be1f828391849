"""Conversations in the admin site."""

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.conversations.admin import ConversationAdmin
from assistant.conversations.models import Conversation, ConversationStats, Message
from tests import factories
from tests.db.admin.pages import NUL, errors, log_of, notices, page

LIST = "/admin/assistant_conversations/conversation/"


def new_conversation(**fields: Any) -> dict[str, Any]:
    shown = {"metadata": "{}", "initial-metadata": "{}"}
    stored = {"title": "Plans", "agent_type": "chat", "context_length": "0", "is_active": "on"}
    return {**stored, **shown, **fields}


def test_a_conversation_is_added_and_logged(root: Client) -> None:
    user = factories.make_user()

    response = root.post(page(Conversation, "add"), new_conversation(user=user.pk, title=""))

    assert response.status_code == 302
    conversation = Conversation.objects.get()
    assert (conversation.user, conversation.title) == (user, None)
    assert [entry.is_addition() for entry in log_of(conversation)] == [True]


@pytest.mark.parametrize(
    "fields, name",
    [
        pytest.param({"user": ""}, "user", id="no-user"),
        pytest.param({"user": str(uuid4())}, "user", id="nobody"),
        pytest.param({"user": "garbage"}, "user", id="garbage-user"),
        pytest.param({"user": NUL}, "user", id="nul-user"),
        pytest.param({"title": "x" * 501}, "title", id="long-title"),
        pytest.param({"title": NUL}, "title", id="nul-in-title"),
        pytest.param({"agent_type": NUL}, "agent_type", id="nul-in-type"),
        pytest.param({"agent_type": ""}, "agent_type", id="no-type"),
        pytest.param({"agent_type": "x" * 101}, "agent_type", id="long-type"),
        pytest.param({"context_length": "-1"}, "context_length", id="negative"),
        pytest.param({"context_length": "2147483648"}, "context_length", id="overflow"),
        pytest.param({"context_length": "9" * 5000}, "context_length", id="huge"),
        pytest.param({"context_length": "1.5"}, "context_length", id="fraction"),
        pytest.param({"context_length": "NaN"}, "context_length", id="nan"),
        pytest.param({"context_length": ""}, "context_length", id="no-length"),
        pytest.param({"metadata": "[]"}, "metadata", id="list"),
        pytest.param({"metadata": '{"a": NaN}'}, "metadata", id="nan-in-json"),
        pytest.param({"metadata": "{", "initial-metadata": "}"}, "metadata", id="no-json"),
    ],
)
def test_what_the_form_refuses(root: Client, fields: dict[str, Any], name: str) -> None:
    data = new_conversation(**{"user": factories.make_user().pk, **fields})

    response = root.post(page(Conversation, "add"), data)

    assert list(errors(response)) == [name]
    assert not Conversation.objects.exists()


def test_statistics_are_shown_and_not_edited(root: Client) -> None:
    message = factories.make_message(token_count=1234, generation_time=0.5)
    conversation = message.conversation

    text = root.get(page(conversation, "change")).text
    data = new_conversation(user=conversation.user_id, messages="9", tokens="9")
    root.post(page(conversation, "change"), data)

    assert f'{LIST[:-13]}message/?conversation__exact={conversation.pk}">1</a>' in text
    assert "1234" in text or "1,234" in text
    assert "0.5 s" in text
    conversation.stats.refresh_from_db()
    assert conversation.stats.total_messages == 1


def test_the_list_links_to_the_messages_of_one_conversation(root: Client) -> None:
    message, _other = factories.make_message(), factories.make_message()
    address = page(Message, "changelist")

    response = root.get(address, {"conversation__exact": message.conversation_id})

    assert list(response.context["cl"].result_list) == [message]
    assert str(message.conversation_id) in response.text


@pytest.mark.parametrize("text", ["plan", "Plans for", "gra", "key", "user key"])
def test_search(root: Client, text: str) -> None:
    user = factories.make_user(username="grace")
    conversation = factories.make_conversation(user=user, title="Plans for 2027")
    factories.make_conversation(title="The plans")
    keys = {"key": str(conversation.pk), "user key": str(user.pk)}

    response = root.get(LIST, {"q": keys.get(text, text)})

    assert list(response.context["cl"].result_list) == [conversation]


def test_filter_by_kind_of_agent_offers_what_there_is(root: Client) -> None:
    factories.make_conversation(agent_type="code")
    chat = factories.make_conversation(agent_type="chat")

    specs = root.get(LIST).context["cl"].filter_specs
    response = root.get(LIST, {"agent_type__exact": "chat"})

    assert specs[0].values == ["chat", "code"]
    assert list(response.context["cl"].result_list) == [chat]


def test_deleting_counts_what_goes_along_without_fetching_it(root: Client) -> None:
    conversation = factories.make_conversation()
    Message.objects.bulk_create(
        Message(conversation=conversation, role="user", content="x") for _ in range(300)
    )

    with CaptureQueriesContext(connection) as queries:
        response = root.get(page(conversation, "delete"))

    assert dict(response.context["model_count"]) == {
        "conversations": 1,
        "messages": 300,
        "conversation statistics": 1,
    }
    assert len(response.content) < 20_000
    assert not [q for q in queries if q["sql"].startswith('SELECT "messages"')]

    response = root.post(page(conversation, "delete"), {"post": "yes"})

    assert response.status_code == 302
    assert not Message.objects.exists()
    assert not ConversationStats.objects.exists()
    assert [entry.is_deletion() for entry in log_of(conversation)] == [True]


def test_embeddings_reached_by_two_ways_are_counted_once(root: Client) -> None:
    message = factories.make_message()
    for field in ({"message": message}, {}):
        factories.make_embedding(conversation=message.conversation, **field)

    counts = dict(root.get(page(message.conversation, "delete")).context["model_count"])

    assert counts["conversation embeddings"] == 2


def test_chosen_conversations_are_deleted(root: Client) -> None:
    conversations = [factories.make_message().conversation for _ in range(3)]
    keys = [str(conversation.pk) for conversation in conversations[:2]]
    data = {"action": "delete_selected", "_selected_action": keys}

    response = root.post(LIST, data)
    done = root.post(LIST, {**data, "post": "yes"}, follow=True)

    assert dict(response.context["model_count"])["messages"] == 2
    assert notices(done) == ["Successfully deleted 2 conversations."]
    assert list(Conversation.objects.all()) == conversations[2:]


def test_a_long_choice_is_named_in_part(root: Client) -> None:
    user = factories.make_user()
    Conversation.objects.bulk_create(Conversation(user=user) for _ in range(120))
    chosen = str(Conversation.objects.values_list("pk", flat=True)[0])
    data = {"action": "delete_selected", "select_across": "1", "_selected_action": chosen}

    response = root.post(LIST, data)

    assert dict(response.context["model_count"]) == {"conversations": 120}
    assert len(response.context["deletable_objects"][0]) == 101
    assert "…and 20 more." in response.text


@pytest.mark.parametrize(
    "codenames, allowed",
    [
        (["delete_conversation"], False),
        (["delete_conversation", "delete_message"], True),
    ],
    ids=["conversations", "conversations-and-messages"],
)
def test_deleting_needs_the_permission_for_what_goes_along(
    client: Client, db: None, codenames: list[str], allowed: bool
) -> None:
    conversation = factories.make_message().conversation
    user = factories.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)

    lacking = client.get(page(conversation, "delete")).context["perms_lacking"]
    response = client.post(page(conversation, "delete"), {"post": "yes"})

    assert lacking == (set() if allowed else {"message"})
    assert response.status_code == (302 if allowed else 403)
    assert Conversation.objects.exists() is not allowed


@pytest.mark.parametrize(
    "value", [f'{{"a": {"[" * 3000}{"]" * 3000}}}', f'{{"a": {"9" * 5000}}}'], ids=["deep", "long"]
)
def test_json_that_python_cannot_read_is_shown_as_text_and_kept(root: Client, value: str) -> None:
    conversation = factories.make_conversation()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE conversations SET metadata = %s", [value])

    shown = root.get(page(conversation, "change"))
    data = new_conversation(user=conversation.user_id, title="New")
    response = root.post(page(conversation, "change"), data)

    assert "PostgreSQL reads and Python does not" in html.unescape(shown.text)
    assert root.get(LIST).status_code == 200
    assert response.status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, metadata = %s::jsonb FROM conversations", [value])
        assert cursor.fetchone() == ("New", True)


def test_markup_in_titles_is_text(root: Client) -> None:
    conversation = factories.make_conversation(title="<b>bold</b>", agent_type="<i>")
    factories.make_conversation()
    factories.make_message(conversation=conversation, content="<u>under</u>")

    for address in (
        LIST,
        page(Message, "changelist"),
        page(ConversationStats, "changelist"),
        page(conversation, "change"),
        page(conversation, "delete"),
    ):
        text = root.get(address).text
        assert not re.search("<b>bold|<i>|<u>under", text)


def test_users_without_a_page_are_chosen_by_key() -> None:
    elsewhere = ConversationAdmin(Conversation, AdminSite())

    assert elsewhere.get_autocomplete_fields(HttpRequest()) == ()
    assert elsewhere.raw_id_fields == ("user",)
