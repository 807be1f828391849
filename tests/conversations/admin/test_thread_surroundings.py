"""What is around the messages of a conversation: statistics, form, rights."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin, site
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from assistant.conversations.admin import ConversationAdmin
from assistant.conversations.models import Conversation, Message
from assistant.embeddings.models import ConversationEmbedding
from tests import factories
from tests.db.admin.pages import errors, page

TIME = datetime(2027, 1, 2, 9, 30, tzinfo=UTC)


def test_the_statistics_are_beside_it(root: Client) -> None:
    message = factories.make_message(timestamp=TIME, token_count=40_000, model_name="small")
    conversation = message.conversation
    for minutes, model in ((1, "large"), (2, "small"), (3, None), (4, "")):
        factories.make_message(
            conversation=conversation,
            model_name=model,
            timestamp=TIME + timedelta(minutes=minutes),
            generation_time=0.5,
        )

    text = root.get(page(conversation, "change")).text

    found = re.search(r'<aside class="thread-facts".*?</aside>', text, re.DOTALL)
    assert found
    facts = re.findall(r"<dt>(.*?)</dt>\s*(.*?)\s*</div>", found[0], re.DOTALL)
    assert [name for name, _values in facts] == [
        "User",
        "Messages",
        "Tokens",
        "Average response time",
        "First message",
        "Last message",
        "Models",
        "Related",
    ]
    values = dict(facts)
    assert f'<a href="{page(conversation.user, "change")}">' in values["User"]
    assert "<dd>40,000</dd>" in values["Tokens"]
    assert "9:30 a.m." in values["First message"]
    assert "9:34 a.m." in values["Last message"]
    assert re.findall("<dd>(.*?)</dd>", values["Models"]) == ["small (2)", "large (1)"]


def test_what_belongs_to_it_is_a_click_away(root: Client, viewer: Client) -> None:
    message = factories.make_message()
    conversation = message.conversation
    factories.make_embedding(conversation=conversation)
    list_address = page(ConversationEmbedding, "changelist")
    expected = f'<a href="{list_address}?conversation__exact={conversation.pk}">'

    for client in (root, viewer):
        with CaptureQueriesContext(connection) as queries:
            text = client.get(page(conversation, "change")).text
        found = re.search(r"<dt>Related</dt>\s*(.*?)\s*</div>", text, re.DOTALL)
        assert found
        assert found[1] == f"<dd>{expected}1 conversation embedding</a></dd>"
        assert sum('FROM "conversation_embeddings"' in query["sql"] for query in queries) == 1


def test_models_are_not_counted_over_too_many_messages(root: Client, settings: Any) -> None:
    settings.ASSISTANT = {"LIST_MAX_ROWS": 1}
    message = factories.make_message(model_name="small")
    factories.make_message(conversation=message.conversation, model_name="small")

    assert "<dt>Models</dt>" not in root.get(page(message.conversation, "change")).text


def test_an_empty_conversation_says_what_to_do(root: Client) -> None:
    conversation = factories.make_conversation()

    text = root.get(page(conversation, "change")).text

    assert "Nothing has been said here yet." in text
    add = f"{page(Message, 'add')}?conversation={conversation.pk}"
    assert f'href="{add}"' in text
    assert str(conversation.pk) in root.get(add).text


def test_the_form_is_folded_until_it_has_an_error(root: Client) -> None:
    message = factories.make_message()
    address = f"{page(message.conversation, 'change')}?page=1&message={message.pk}"

    shown = root.get(address)
    refused = root.post(address, {"user": "", "title": "New"})

    assert re.search(r'<details class="thread-form">\s*<summary>Edit conversation<', shown.text)
    assert set(errors(refused)) >= {"user"}
    assert '<details class="thread-form" open>' in refused.text
    assert f'id="message-{message.pk}"' in refused.text


def test_the_form_saves_whatever_page_is_shown(root: Client) -> None:
    message = factories.make_message()
    conversation = message.conversation
    address = f"{page(conversation, 'change')}?page=7&message={message.pk}"
    data = {
        "user": conversation.user_id,
        "title": "New",
        "agent_type": "chat",
        "context_length": "0",
        "metadata": "{}",
        "initial-metadata": "{}",
    }

    response = root.post(address, data)

    assert response.status_code == 302
    conversation.refresh_from_db()
    assert conversation.title == "New"


@pytest.mark.parametrize("target", ["add", "popup"])
def test_other_forms_are_plain(root: Client, target: str) -> None:
    message = factories.make_message()
    addresses = {
        "add": page(Conversation, "add"),
        "popup": f"{page(message.conversation, 'change')}?_popup=1",
    }

    text = root.get(addresses[target]).text

    assert "<details" not in text
    assert 'class="thread' not in text
    assert 'name="_save"' in text


def test_the_object_tools_stay(root: Client, viewer: Client) -> None:
    conversation = factories.make_message().conversation

    for client in (root, viewer):
        before_form, _form = client.get(page(conversation, "change")).text.split("<details", 1)
        assert page(conversation, "history") in before_form


def test_a_viewer_reads_the_thread_and_changes_nothing(viewer: Client) -> None:
    message = factories.make_message(content="*Hello*")
    empty = factories.make_conversation()

    text = viewer.get(page(message.conversation, "change")).text

    assert "<em>Hello</em>" in text
    assert "<summary>Details</summary>" in text
    assert not re.search(r'type="(submit|text)"(?! value="Log out")', text.split("<main", 1)[1])
    assert page(Message, "add") not in viewer.get(page(empty, "change")).text


def test_the_list_counts_messages_for_those_who_may_view_them(client: Client, db: None) -> None:
    factories.make_message()
    user = factories.make_user(is_staff=True)
    client.force_login(user)

    for names, is_counted in ([("view_conversation",), False], [("view_message",), True]):
        user.user_permissions.add(*Permission.objects.filter(codename__in=names))
        text = client.get(page(Conversation, "changelist")).text
        assert ('class="field-messages' in text) is is_counted


def test_messages_are_shown_to_those_who_may_view_messages(client: Client, db: None) -> None:
    message = factories.make_message(content="Secret", model_name="local-7b")
    user = factories.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_conversation"))
    client.force_login(user)

    text = client.get(page(message.conversation, "change")).text

    assert "You may not view messages." in text
    assert re.findall(r"<dt>(.*?)</dt>", text) == ["User"]
    assert "local-7b" not in text
    assert "Secret" not in text
    assert str(message.pk) not in text


def test_the_place_of_a_message_is_one_link_away(root: Client) -> None:
    message = factories.make_message()

    text = root.get(page(message, "change")).text

    place = f"{page(message.conversation, 'change')}?message={message.pk}#message-{message.pk}"
    assert f'<a href="{place}">' in text
    assert "field-place" not in root.get(page(Message, "add")).text


def text_of(model_admin: type[ModelAdmin], conversation: Conversation) -> str:
    """Return the change page that a host's own admin class makes."""
    request = RequestFactory().get("/")
    request.user = factories.make_user(is_staff=True, is_superuser=True)
    response: Any = model_admin(Conversation, site).change_view(request, str(conversation.pk))
    return str(response.render().text)


def test_a_host_adds_facts(db: None) -> None:
    class HostAdmin(ConversationAdmin):
        def get_thread_facts(self, request: HttpRequest, obj: Any, thread: Any) -> Any:
            facts = super().get_thread_facts(request, obj, thread)
            return [*facts, ("channel", ["<mail>"])]

    text = text_of(HostAdmin, factories.make_message().conversation)

    assert re.search(r"<dt>Channel</dt>\s*<dd>&lt;mail&gt;</dd>", text)
    assert "<article" in text


def test_a_host_with_an_admin_of_its_own_gets_the_plain_form(db: None) -> None:
    class HostAdmin(ModelAdmin):
        raw_id_fields = ("user",)

    text = text_of(HostAdmin, factories.make_message().conversation)

    assert 'name="title"' in text
    assert "<details" not in text
    assert 'class="thread' not in text
