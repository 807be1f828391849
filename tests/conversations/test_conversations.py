"""Filters of conversations."""

from datetime import UTC, datetime, timedelta

from assistant.conversations.models import Conversation
from tests import factories

TIME = datetime(2025, 1, 2, 9, 30, tzinfo=UTC)


def test_a_users_conversations_are_found_by_user_and_by_key(db: None) -> None:
    conversation = factories.make_conversation()
    factories.make_conversation()
    user = conversation.user

    for owner in (user, user.pk):
        assert list(Conversation.objects.for_user(owner)) == [conversation]
    assert list(user.assistant_conversations.all()) == [conversation]


def test_switched_off_conversations_are_not_active(db: None) -> None:
    active = factories.make_conversation()
    factories.make_conversation(is_active=False)

    assert list(Conversation.objects.active()) == [active]


def test_a_new_message_brings_a_conversation_to_the_top(db: None) -> None:
    first = factories.make_conversation(updated_at=TIME)
    second = factories.make_conversation(updated_at=TIME + timedelta(hours=1))
    assert list(Conversation.objects.recent_first()) == [second, first]

    factories.make_message(conversation=first)

    assert list(Conversation.objects.recent_first()) == [first, second]
