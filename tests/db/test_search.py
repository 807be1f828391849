"""The newest rows that match, and the passages in which they do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistant.conversations.models import Conversation, Message
from assistant.conversations.services import ingest_messages
from assistant.db import search
from assistant.db.search import HIGHLIGHT_END, HIGHLIGHT_START
from assistant.embeddings.models import KnowledgeDocument
from tests import factories

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def store(conversation: Conversation, contents: list[str]) -> list[Any]:
    """Store messages, a minute after each other, and return their keys in that order."""
    ingest_messages(
        {
            "conversation_id": conversation.pk,
            "role": "user",
            "content": content,
            "timestamp": BEGIN + timedelta(minutes=number),
        }
        for number, content in enumerate(contents)
    )
    return list(conversation.messages.in_order().values_list("pk", flat=True))


def newest(text: str, limit: int) -> list[Any]:
    return Message.objects.newest_matching(text, by="timestamp", limit=limit)


def test_few_matches_are_all_found_by_two_queries() -> None:
    keys = store(factories.make_conversation(), ["apple", "pear", "apples"])

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = newest("apple", limit=2)

    assert set(found) == {keys[0], keys[2]}
    assert len(queries) == 2


@pytest.mark.parametrize("window", [1, 5, 1_000], ids=["outside", "partly", "inside"])
@pytest.mark.parametrize("contents", [["apple"] * 6 + ["pear"] * 4, ["pear"] * 4 + ["apple"] * 6])
def test_of_many_matches_the_newest_are_found_wherever_they_are(
    monkeypatch: pytest.MonkeyPatch, window: int, contents: list[str]
) -> None:
    monkeypatch.setattr(search, "WINDOW", window)
    keys = store(factories.make_conversation(), contents)
    apples = [key for key, content in zip(keys, contents, strict=True) if content == "apple"]

    assert newest("apple", limit=3) == apples[:-4:-1]


def test_a_filter_stays() -> None:
    mine, other = factories.make_conversation(), factories.make_conversation()
    keys = store(mine, ["apple"] * 3)
    store(other, ["apple"] * 3)

    for limit in (2, 3):
        found = mine.messages.newest_matching("apple", by="timestamp", limit=limit)
        assert set(found) == set(keys[-limit:])


def test_without_a_time_any_matches_will_do() -> None:
    keys = store(factories.make_conversation(), ["apple"] * 3)

    found = Message.objects.newest_matching("apple", by=None, limit=2)

    assert len(set(found) & set(keys)) == 2


@pytest.mark.parametrize("text", ["nowhere", "the", "a\0b", "'", "& | !", '"', "-apple"])
def test_any_text_is_a_query(text: str) -> None:
    store(factories.make_conversation(), ["apple"])

    assert newest(text, limit=1) == []


@pytest.mark.parametrize("rule", ["-" * 41, "- " * 41, "!-(" * 41, '"pear"' + "-" * 41])
def test_a_row_of_dashes_is_as_many_as_it_takes(rule: str) -> None:
    apple, pear = store(factories.make_conversation(), ["apple", "pear"])

    assert newest(f"{rule}apple", limit=2) == [pear]
    assert newest(f"-{rule}apple", limit=2) == ([apple] if '"' not in rule else [])


def test_dashes_within_words_and_phrases_stay() -> None:
    key, *_others = store(factories.make_conversation(), ["so-called --force, a---b", "force"])

    assert newest('"so-called --force"', limit=2) == [key]
    assert newest("so-called --force a---b", limit=2) == [key]


def test_the_search_of_messages_uses_its_index() -> None:
    store(factories.make_conversation(), [f"word{number}" for number in range(2_000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messages")

    plan = Message.objects.matching("word7").explain()

    assert "idx_messages_content_fts" in plan


def test_excerpts_mark_every_form_of_a_word_within_their_reach() -> None:
    factories.make_document(content="Dogs bark. A dog sleeps." + " Nothing." * 1_000 + " dog")

    rows = KnowledgeDocument.objects.matching("dogs")
    (document,) = rows.with_excerpts("dogs", field="content", length=100)

    marked = f"{HIGHLIGHT_START}Dogs{HIGHLIGHT_END} bark. A {HIGHLIGHT_START}dog{HIGHLIGHT_END}"
    assert document.excerpt.startswith(marked)
    assert document.excerpt.count(HIGHLIGHT_START) == 2
