"""Filters of conversations."""

from assistant.conversations.models import Conversation
from tests import factories


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


def test_a_new_message_brings_a_conversation_to_the_top(transactional_db: None) -> None:
    first, second = factories.make_conversation(), factories.make_conversation()
    assert list(Conversation.objects.recent_first()) == [second, first]

    factories.make_message(conversation=first)

    assert list(Conversation.objects.recent_first()) == [first, second]
