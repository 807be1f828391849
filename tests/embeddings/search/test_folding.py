"""Near-duplicates of one source are one hit."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.models import (
    EmbeddingModel,
    EmbeddingQueueItem,
    KnowledgeChunk,
    KnowledgeDocument,
)
from assistant.embeddings.search import search
from tests.embeddings.search.test_search import HASHED, embed_document, known, vectors
from tests.factories import make_document, make_embedding, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def model(db: None) -> EmbeddingModel:
    EmbeddingModel.objects.update(is_default=False, is_active=False)
    return EmbeddingModel.objects.create(
        name="hashed", dimension=64, backend=HASHED, is_default=True
    )


def store(document: KnowledgeDocument, model: EmbeddingModel, *places: tuple[int, int]) -> None:
    """Store passages of a document by their places."""
    for index, (start, end) in enumerate(places):
        text = document.content[start:end]
        KnowledgeChunk.objects.create(
            document=document,
            embedding_model=model,
            chunk_index=index,
            chunk_text=text,
            content_hash="0" * 64,
            start_offset=start,
            end_offset=end,
            embedding_vector=vectors(model, text)[0],
        )


def found(question: str, **options: Any) -> list[tuple[str, int]]:
    hits = search(question, user=None, sources="documents", **options)
    return [(hit.text, hit.duplicates) for hit in hits]


@pytest.mark.parametrize("mode", ["hybrid", "vector", "keyword"])
def test_repeated_passages_of_a_document_are_one_hit(mode: str, model: EmbeddingModel) -> None:
    header = "Refunds of the Example Company, page"
    known(f"{header} 1\n{header} 2\nRefunds take five days\n{header} 3", model)

    texts = dict(found("refunds", mode=mode))

    assert len(texts) == 2
    assert texts["Refunds take five days"] == 0
    assert sum(texts.values()) == 2


def test_rows_of_a_table_are_hits_of_their_own(model: EmbeddingModel) -> None:
    known("Price of apples is 3\nPrice of pears is 3\nPrice of figs is 3", model)

    assert len(found("price")) == 3


def test_the_same_text_elsewhere_is_another_hit(model: EmbeddingModel) -> None:
    known("Refunds take five days", model)
    known("Refunds take five days", model)

    assert found("refunds") == [("Refunds take five days", 0)] * 2


def test_passages_that_overlap_are_one_hit(model: EmbeddingModel) -> None:
    words = " ".join(f"refund{number} clause{number}" for number in range(30))
    document = make_document(content=words)
    store(document, model, (0, 200), (80, 280), (300, 400))

    hits = found("refund1 refund9 refund25 clause9")

    assert sorted(count for _text, count in hits) == [0, 1]


def test_what_was_folded_makes_room_for_others(model: EmbeddingModel) -> None:
    document = make_document(content="\n".join(["Refunds are paid"] * 60))
    embed_document(document, model)
    others = [known(f"Refunds for customer{number} here", model) for number in range(5)]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        hits = search("refunds are paid", user=None, sources="documents", limit=6)

    assert {hit.source for hit in hits} == {document, *others}
    assert hits[0].duplicates > 40
    assert len(queries) < 25


def test_passages_without_a_place_are_not_taken_for_one(model: EmbeddingModel) -> None:
    message = make_message(content="What was said, which others have summed up")
    for text in ("Refunds take five days", "Refunds of gift cards are not possible"):
        make_embedding(
            message=message,
            conversation=message.conversation,
            embedding_model=model,
            chunk_text=text,
            embedding_vector=vectors(model, text)[0],
        )
    EmbeddingQueueItem.objects.all().delete()

    hits = search("refunds", user=None, sources="messages")

    assert sorted((hit.text, hit.duplicates) for hit in hits) == [
        ("Refunds of gift cards are not possible", 0),
        ("Refunds take five days", 0),
    ]
