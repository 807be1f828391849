"""load_vectors."""

from typing import Any
from uuid import UUID

import pytest

from assistant.conversations.models import Message
from assistant.embeddings.loading import ReadyVector, load_vectors
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    EmbeddingQueueItem,
    KnowledgeChunk,
    KnowledgeDocument,
)
from tests.factories import make_document, make_embedding_model, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def model() -> EmbeddingModel:
    EmbeddingModel.objects.update(is_default=False, is_active=False)
    return make_embedding_model(is_default=True)


def test_messages_vectors_are_stored(model: EmbeddingModel) -> None:
    messages = [make_message(content=f"text {number}") for number in range(3)]
    rows = (ReadyVector(m.pk, m.content, [0.5, 0, n]) for n, m in enumerate(messages[:2]))

    assert load_vectors(sources=Message, rows=rows, embedding_model=model) == 2

    stored = ConversationEmbedding.objects.order_by("chunk_text")
    assert [row.message for row in stored] == messages[:2]
    assert [row.user for row in stored] == [m.conversation.user for m in messages[:2]]
    assert [list(row.embedding_vector) for row in stored] == [[0.5, 0, 0], [0.5, 0, 1]]
    assert stored[0].end_offset == len("text 0")
    assert EmbeddingQueueItem.objects.get().message == messages[2]


def test_documents_chunks_are_stored_and_the_documents_are_ready(model: EmbeddingModel) -> None:
    document = make_document(content="one two")
    rows = [
        ReadyVector(document.pk, "one", [1, 0, 0]),
        ReadyVector(document.pk, "two", [0, 1, 0], index=1, start=4),
    ]

    assert load_vectors(sources=KnowledgeDocument, rows=rows, embedding_model=model) == 2

    document.refresh_from_db()
    assert document.status == "ready"
    assert list(document.embedding_vector) == pytest.approx([0.5**0.5, 0.5**0.5, 0])
    places = KnowledgeChunk.objects.values_list("chunk_text", "start_offset", "end_offset")
    assert set(places) == {("one", 0, 3), ("two", 4, 7)}
    assert not EmbeddingQueueItem.objects.exists()


@pytest.mark.parametrize(
    "change, said",
    [
        ({"vector": [1, 2]}, "2 numbers, but model-"),
        ({"vector": [0, 0, 0]}, "no direction"),
        ({"vector": [1, float("nan"), 0]}, "no direction"),
        ({"vector": [1, float("inf"), 0]}, "no direction"),
        ({"text": "a\0"}, "a text with NUL"),
        ({"index": -1}, "a negative place"),
        ({"source_id": UUID(int=1)}, "There is no message"),
    ],
)
def test_what_cannot_be_stored_is_named_and_nothing_is(
    model: EmbeddingModel, change: dict[str, Any], said: str
) -> None:
    message = make_message()
    good = {"source_id": message.pk, "text": "Hello", "vector": [1, 0, 0]}

    with pytest.raises(ValueError, match=said):
        load_vectors(
            sources=Message,
            rows=[ReadyVector(**good), ReadyVector(**{**good, **change})],
            embedding_model=model,
        )

    assert not ConversationEmbedding.objects.exists()
