"""The page of a conversation: its messages, its statistics, its form."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from assistant.conf import conf
from assistant.conversations.admin import threads
from assistant.conversations.admin.threads import PAGE_LENGTH, fair_length
from assistant.conversations.markdown import render
from assistant.conversations.models import Conversation, Message
from tests import factories
from tests.db.admin.pages import errors, page

TIME = datetime(2027, 1, 2, 9, 30, tzinfo=UTC)


def article(text: str, message: Message) -> str:
    """Return the part of the page that shows a message."""
    found = re.search(rf'<article [^>]*id="message-{message.pk}">.*?</article>', text, re.DOTALL)
    assert found
    return found[0]


def test_a_message_is_shown_with_all_that_is_known_of_it(root: Client) -> None:
    message = factories.make_message(
        role="assistant",
        content="**Yes**, `x`.",
        timestamp=TIME,
        model_name="small <7b>",
        token_count=1234,
        generation_time=2.3456,
    )

    shown = article(root.get(page(message.conversation, "change")).text, message)

    assert "role-assistant" in shown
    assert '<time datetime="2027-01-02T09:30:00+00:00">Jan. 2, 2027, 9:30 a.m.</time>' in shown
    assert "small &lt;7b&gt;" in shown
    assert "1,234 tokens" in shown
    assert "2.35 s" in shown
    assert f'href="{page(message, "change")}"' in shown
    assert "<p><strong>Yes</strong>, <code>x</code>.</p>" in shown
    assert "unfold" not in shown


def test_a_message_of_which_little_is_known(root: Client) -> None:
    message = factories.make_message()

    shown = article(root.get(page(message.conversation, "change")).text, message)

    assert "None" not in shown
    assert "token" not in shown
    assert "<span" not in shown


@pytest.mark.parametrize("role", Message.Role.values)
@pytest.mark.parametrize("content", ["<script>alert(1)</script>", "</details></article><b>"])
def test_content_is_markdown_and_no_html_whoever_says_it(
    root: Client, role: str, content: str
) -> None:
    message = factories.make_message(role=role, content=f"*a* {content}")

    shown = article(root.get(page(message.conversation, "change")).text, message)

    assert "<em>a</em> &lt;" in shown
    assert content not in shown


@pytest.mark.parametrize(
    "content, folded",
    [
        pytest.param("x" * 60, False, id="short"),
        pytest.param("x" * 61, True, id="long"),
        pytest.param("\n".join("x" * 21), False, id="low"),
        pytest.param("\n".join("x" * 22), True, id="high"),
    ],
)
def test_long_messages_are_folded(
    root: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, content: str, folded: bool
) -> None:
    settings.ASSISTANT = {"THREAD_FOLD_LENGTH": 60}
    monkeypatch.setattr(threads, "FOLD_LINES", 20)
    message = factories.make_message(content=content)

    shown = article(root.get(page(message.conversation, "change")).text, message)

    assert ('type="checkbox"' in shown) is folded
    assert render(content) in shown


def test_very_long_messages_are_cut(root: Client, settings: Any) -> None:
    settings.ASSISTANT = {"THREAD_MAX_LENGTH": 100}
    whole = factories.make_message(content="ä" * 100)
    cut = factories.make_message(content="ä" * 1334, conversation=whole.conversation)

    text = root.get(page(whole.conversation, "change")).text

    assert "ä" * 100 in article(text, whole)
    assert "more" not in article(text, whole)
    assert "ä" * 101 not in text
    assert "1,234 more characters: <a" in article(text, cut)


def test_the_characters_of_megabytes_are_not_counted(root: Client) -> None:
    message = factories.make_message(content="word " * 300_000)

    response = root.get(page(message.conversation, "change"))

    assert "The beginning of 1,500,000 bytes: <a" in article(response.text, message)
    assert len(response.content) < 40_000


@pytest.mark.parametrize(
    "lengths, expected",
    [
        pytest.param([10, 20], PAGE_LENGTH, id="short"),
        pytest.param([PAGE_LENGTH // 10] * 20, PAGE_LENGTH // 20, id="all-long"),
        pytest.param([10_000, PAGE_LENGTH, 10_000], PAGE_LENGTH - 20_000, id="one-long"),
        pytest.param([PAGE_LENGTH] * 1000, conf.THREAD_FOLD_LENGTH, id="too-many"),
        pytest.param([], PAGE_LENGTH, id="none"),
    ],
)
def test_the_longest_are_cut_where_the_page_gets_too_long(
    lengths: list[int], expected: int
) -> None:
    assert fair_length(lengths) == expected


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
    ]
    values = dict(facts)
    assert f'<a href="{page(conversation.user, "change")}">' in values["User"]
    assert "<dd>40,000</dd>" in values["Tokens"]
    assert "9:30 a.m." in values["First message"]
    assert "9:34 a.m." in values["Last message"]
    assert re.findall("<dd>(.*?)</dd>", values["Models"]) == ["small (2)", "large (1)"]


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
    assert article(refused.text, message)


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

    assert "<em>Hello</em>" in article(text, message)
    assert "<summary>Details</summary>" in text
    assert not re.search(r'type="(submit|text)"(?! value="Log out")', text.split("<main", 1)[1])
    assert page(Message, "add") not in viewer.get(page(empty, "change")).text


def test_messages_are_shown_to_those_who_may_view_messages(client: Client, db: None) -> None:
    message = factories.make_message(content="Secret")
    user = factories.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_conversation"))
    client.force_login(user)

    text = client.get(page(message.conversation, "change")).text

    assert "You may not view messages." in text
    assert "Secret" not in text
    assert str(message.pk) not in text


def test_the_page_asks_for_nothing_a_policy_may_forbid(root: Client) -> None:
    message = factories.make_message(content="|a|b|\n|-:|:-:|\n|1|2|\n\n![a](https://a.example)")

    _head, main = root.get(page(message.conversation, "change")).text.split('class="thread-page"')

    assert not re.search(r"<(script|style|img|iframe|link)\b|\s(style|on\w+)=", main)


def test_the_place_of_a_message_is_one_link_away(root: Client) -> None:
    message = factories.make_message()

    text = root.get(page(message, "change")).text

    place = f"{page(message.conversation, 'change')}?message={message.pk}#message-{message.pk}"
    assert f'<a href="{place}">' in text
    assert "field-place" not in root.get(page(Message, "add")).text
