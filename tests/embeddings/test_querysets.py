"""Filters of passages."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from assistant.embeddings.models import ConversationEmbedding, KnowledgeChunk
from tests.factories import (
    make_chunk,
    make_conversation,
    make_document,
    make_embedding,
    make_embedding_model,
    make_message,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_a_user_finds_only_own_conversations() -> None:
    conversation = make_conversation()
    own = make_embedding(conversation=conversation)
    make_embedding()

    found = ConversationEmbedding.objects.visible_to(conversation.user)

    assert list(found) == [own]
    assert own.pk in ConversationEmbedding.objects.visible_to(conversation.user_id).values_list(
        "pk", flat=True
    )


def test_a_user_finds_own_and_shared_documents() -> None:
    user, model = make_user(), make_embedding_model()
    own, shared, _other = (
        make_chunk(document=make_document(owner=owner), embedding_model=model)
        for owner in (user, None, make_user())
    )

    assert set(KnowledgeChunk.objects.visible_to(user)) == {own, shared}


def test_a_documents_owner_is_its_passages() -> None:
    chunk = make_chunk()
    user = make_user()
    chunk.document.owner = user
    chunk.document.save()

    chunk.refresh_from_db()

    assert chunk.owner == user


def test_tags_and_conversations_leave_what_has_them() -> None:
    tagged = make_chunk(document=make_document(tags=["a", "b"]))
    make_chunk(document=make_document(tags=["a"]))
    said = make_embedding()

    assert list(KnowledgeChunk.objects.tagged(["a", "b"])) == [tagged]
    assert KnowledgeChunk.objects.tagged([]).count() == 2
    assert not ConversationEmbedding.objects.tagged(["a"]).exists()
    assert ConversationEmbedding.objects.tagged([]).exists()
    assert not KnowledgeChunk.objects.in_conversation(said.conversation).exists()
    assert list(ConversationEmbedding.objects.in_conversation(said.conversation_id)) == [said]


def test_since_is_when_something_was_said_not_embedded() -> None:
    old = make_message(timestamp=now() - timedelta(days=9))
    model = make_embedding_model()
    make_embedding(conversation=old.conversation, message=old, embedding_model=model)
    late = make_message(conversation=old.conversation)
    found = make_embedding(conversation=old.conversation, message=late, embedding_model=model)
    file = make_embedding(conversation=old.conversation, embedding_model=model)

    since = ConversationEmbedding.objects.since(now() - timedelta(days=1))

    assert set(since) == {found, file}
    assert KnowledgeChunk.objects.since(now() + timedelta(days=1)).count() == 0


def test_a_models_passages() -> None:
    chunk = make_chunk()
    make_chunk()

    assert list(KnowledgeChunk.objects.of_model(chunk.embedding_model)) == [chunk]
