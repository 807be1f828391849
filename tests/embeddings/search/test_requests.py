"""The arguments of a search."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from assistant.embeddings.search.requests import MAX_LENGTH, SearchRequest, make_request
from tests.factories import get_user_model, make_conversation, make_user

pytestmark = pytest.mark.django_db


def request(question: Any = "dogs", **arguments: Any) -> SearchRequest:
    given: dict[str, Any] = {
        "user": None,
        "sources": ("messages", "documents"),
        "conversation": None,
        "tags": None,
        "since": None,
        "limit": 10,
        "mode": "hybrid",
        "filters": None,
    }
    return make_request(question, **{**given, **arguments})


def test_a_user_is_known_by_the_key() -> None:
    user = make_user()

    assert request(user=user).user == request(user=user.pk).user == user.pk
    assert request(user=str(user.pk)).user == user.pk


@pytest.mark.parametrize(
    "user", [AnonymousUser(), get_user_model()(id=None)], ids=["anonymous", "unsaved"]
)
def test_nobody_is_not_everybody(user: Any) -> None:
    with pytest.raises(ValueError, match="user is nobody"):
        request(user=user)


@pytest.mark.parametrize(
    "arguments, said",
    [
        ({"question": ""}, "The query is empty"),
        ({"question": " \0\n"}, "The query is empty"),
        ({"mode": "fuzzy"}, "mode is 'fuzzy': one of hybrid, vector, keyword"),
        ({"limit": 0}, "limit is 0: a whole number from 1 to 1000"),
        ({"limit": True}, "limit is True"),
        ({"limit": 1001}, "limit is 1001"),
        ({"sources": ()}, "sources has nothing: some of messages, documents"),
        ({"sources": ("files",)}, "sources has 'files'"),
        ({"user": "somebody"}, "user is 'somebody': a user or a user's key"),
        ({"conversation": "this"}, "conversation is 'this': a conversation or its key"),
        ({"conversation": make_conversation}, "a conversation or its key"),
        ({"tags": ["a\0b"]}, "without NUL"),
        ({"tags": [1]}, "tags has 1"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_nonsense_is_refused_by_name(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        request(**arguments)


@pytest.mark.parametrize(
    "arguments, said",
    [
        ({"question": None}, "The query is NoneType: a text is expected"),
        ({"tags": "work"}, r"tags is 'work': a list of texts is expected, such as \['work'\]"),
        ({"since": "yesterday"}, "since is 'yesterday': a datetime is expected"),
    ],
    ids=["query", "tags", "since"],
)
def test_other_types_are_refused_by_name(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        request(**arguments)


def test_odd_questions_are_made_fit_for_the_database() -> None:
    assert request("a\0b").question == "a b"
    assert request("a\ud800b").question == "a?b"
    assert len(request("word " * 40_000).question) <= MAX_LENGTH


def test_one_source_may_be_a_text() -> None:
    assert request(sources="documents").sources == ("documents",)
    assert request(sources=["documents", "documents"]).sources == ("documents",)


def test_naive_times_are_the_projects() -> None:
    assert request(since=datetime(2024, 1, 1)).since == datetime(2024, 1, 1, tzinfo=UTC)  # noqa: DTZ001


def test_conversations_are_known_by_their_key() -> None:
    conversation, key = make_conversation(), uuid4()

    assert request(conversation=conversation).conversation == conversation.pk
    assert request(conversation=str(key)).conversation == key
