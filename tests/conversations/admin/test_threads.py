"""The page of a conversation: its messages, its statistics, its form."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from assistant.conf import conf
from assistant.conversations.admin import threads
from assistant.conversations.admin.threads import PAGE_LENGTH, fair_length
from assistant.conversations.markdown import render
from assistant.conversations.models import Message
from tests import factories
from tests.db.admin.pages import page

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


def test_the_page_asks_for_nothing_a_policy_may_forbid(root: Client) -> None:
    message = factories.make_message(content="|a|b|\n|-:|:-:|\n|1|2|\n\n![a](https://a.example)")

    _head, main = root.get(page(message.conversation, "change")).text.split('class="thread-page"')

    assert not re.search(r"<(script|style|img|iframe|link)\b|\s(style|on\w+)=", main)
