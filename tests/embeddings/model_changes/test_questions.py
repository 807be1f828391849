"""Questions that two models are compared by."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from assistant.embeddings.model_changes.questions import recent_questions
from assistant.embeddings.question_hashes import hash_question
from tests.factories import make_message, make_search_record

pytestmark = pytest.mark.django_db


def ask(*texts: str | None) -> None:
    for ago, text in enumerate(texts):
        make_search_record(
            query=text,
            query_hash=hash_question(text or "?"),
            created_at=now() - timedelta(minutes=ago),
        )


def test_recorded_searches_come_first() -> None:
    make_message(content="Where is the harbour?")
    ask("Refunds?", None, "", "refunds? ", "Where  is it?", "What?")

    questions = recent_questions(2, using="default")

    assert [question.text for question in questions] == ["Refunds?", "Where is it?"]
    assert questions.source == "recorded searches"


def test_where_only_hashes_are_recorded_messages_are_questions() -> None:
    make_message(content="Where is the harbour?")
    ask(None, "")

    questions = recent_questions(2, using="default")

    assert [question.text for question in questions] == ["Where is the harbour?"]
    assert questions.source == "users' latest messages"
