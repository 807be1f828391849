"""add_message."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from assistant.conversations.models import Conversation, Message
from assistant.conversations.services import add_message
from tests.factories import make_conversation

pytestmark = pytest.mark.django_db


def test_add_message_stores_it_and_the_statistics_follow():
    conversation = make_conversation()

    message = add_message(
        conversation=conversation,
        role=Message.Role.ASSISTANT,
        content="Hello",
        token_count=2,
        generation_time=0.5,
        model_name="small",
    )

    stored = Message.objects.get()
    assert stored == message
    assert (stored.role, stored.content, stored.token_count) == ("assistant", "Hello", 2)
    assert stored.generation_config == {}
    assert stored.timestamp == message.timestamp
    assert conversation.stats.total_messages == 1
    assert conversation.stats.total_tokens == 2
    assert conversation.stats.avg_response_time == 0.5


@pytest.mark.parametrize(
    "field, value",
    [
        ("role", "robot"),
        ("role", ""),
        ("content", ""),
        ("content", "a\0b"),
        ("token_count", -1),
        ("token_count", 2**31),
        ("generation_time", -0.1),
        ("generation_time", float("nan")),
        ("temperature", float("inf")),
        ("model_name", "x" * 256),
        ("generation_config", []),
        ("generation_config", {"a": float("nan")}),
        ("generation_config", {"a": "\0"}),
    ],
)
def test_add_message_names_the_wrong_field_and_stores_nothing(field, value):
    conversation = make_conversation()

    with pytest.raises(ValidationError) as caught:
        add_message(conversation=conversation, **{"role": "user", "content": "Hi", field: value})

    assert list(caught.value.message_dict) == [field]
    assert not Message.objects.exists()


def test_add_message_to_a_deleted_conversation_is_the_databases_to_refuse():
    gone = Conversation(pk=uuid.uuid4())

    add_message(conversation=gone, role="user", content="Hi")

    with pytest.raises(IntegrityError, match="messages_conversation_id_fkey"):
        connection.check_constraints()
