"""Texts that cannot be embedded, and models that cannot be had."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from assistant.embeddings.backends import forget_backends
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    EmbeddingQueueItem,
    KnowledgeChunk,
    KnowledgeDocument,
)
from assistant.embeddings.queue.failures import pause
from assistant.embeddings.queue.services import retry_failed
from tests.embeddings.embedder import HashedWords
from tests.embeddings.queue import embedders
from tests.embeddings.queue.conftest import HASHED_WORDS
from tests.embeddings.queue.test_worker import LONG, work
from tests.factories import make_document, make_message

pytestmark = pytest.mark.django_db


def use(name: str) -> None:
    forget_backends()
    EmbeddingModel.objects.update(backend=f"{embedders.__name__}.{name}")


def make_due() -> None:
    """Let the pauses be over, as `now()` stands still in a transaction."""
    EmbeddingQueueItem.objects.update(run_after=timezone.now() - timedelta(days=1))


@pytest.mark.parametrize("place", [0, 5, 11])
def test_one_text_that_fails_does_not_take_others_along(model: Any, place: int) -> None:
    use("Poisoned")
    for number in range(12):
        make_message(content=f"text {number}" + " poison" * (number == place))

    worker = work()

    assert ConversationEmbedding.objects.count() == 11
    item = EmbeddingQueueItem.objects.get()
    assert (item.attempts, item.locked_at, item.failed_at) == (1, None, None)
    assert item.last_error == "ValueError: a text is poisonous"
    assert item.run_after > timezone.now() + timedelta(seconds=20)
    assert worker.problems == {}


@pytest.mark.parametrize(
    "name, said",
    [
        ("WrongSize", "vector of 4 numbers, but its dimension is 3"),
        ("NotNumbers", "NaN"),
        ("Zeros", "only zeros"),
        ("Down", "500 Internal Server Error"),
    ],
)
def test_what_fails_for_all_texts_is_said_on_each_and_stores_nothing(
    model: EmbeddingModel, name: str, said: str
) -> None:
    use(name)
    embedders.Down.calls_when_down = 0
    for number in range(20):
        make_message(content=f"text {number}")

    worker = work()

    assert not ConversationEmbedding.objects.exists()
    items = list(EmbeddingQueueItem.objects.all())
    assert len(items) == 20
    assert all(said in str(item.last_error) and item.attempts == 1 for item in items)
    assert said in worker.problems[model.name]
    # Few enough where each takes until a timeout.
    assert embedders.Down.calls_when_down <= 10


def test_a_text_that_goes_on_failing_is_left_alone_until_somebody_says_so(
    model: EmbeddingModel, settings: Any
) -> None:
    settings.ASSISTANT = {"EMBED_ATTEMPTS": 2}
    use("Poisoned")
    document = make_document(content="poison")
    work()
    document.refresh_from_db()
    assert document.status == "pending"
    make_due()

    worker = work()

    item = EmbeddingQueueItem.objects.failed().get()
    assert item.attempts == 2
    assert worker.reporter.total.failed == 1
    before = document.updated_at
    document.refresh_from_db()
    assert (document.status, document.last_error) == ("failed", "ValueError: a text is poisonous")
    assert document.updated_at == before
    make_due()
    work()
    assert EmbeddingQueueItem.objects.failed().exists()

    EmbeddingModel.objects.update(backend=HASHED_WORDS)
    assert retry_failed(items=EmbeddingQueueItem.objects.all()) == 1
    document.refresh_from_db()
    assert document.status == "pending"
    work()
    document.refresh_from_db()
    assert (document.status, document.last_error) == ("ready", None)


def test_an_edit_is_a_new_beginning(model: EmbeddingModel, settings: Any) -> None:
    settings.ASSISTANT = {"EMBED_ATTEMPTS": 1}
    use("Poisoned")
    document = make_document(content="poison")
    work()
    assert KnowledgeDocument.objects.get().status == "failed"

    document.content = "medicine"
    document.save()
    work()

    assert KnowledgeDocument.objects.get().status == "ready"


@pytest.mark.parametrize("name", ["Absent", "Unreachable"])
def test_without_its_model_a_document_is_split_and_nothing_is_held_against_it(
    model: EmbeddingModel, name: str
) -> None:
    use(name)
    document = make_document(content=LONG)
    message = make_message()

    worker = work()

    assert not ConversationEmbedding.objects.exists()
    assert document.chunks.count() > 3
    assert not document.chunks.exclude(embedding_vector=None).exists()
    for item in EmbeddingQueueItem.objects.all():
        assert (item.attempts, item.locked_at, item.failed_at) == (0, None, None)
        assert worker.problems == {model.name: item.last_error}
    document.refresh_from_db()
    assert document.status == "pending"

    EmbeddingModel.objects.update(backend=HASHED_WORDS)
    work()
    assert not document.chunks.filter(embedding_vector=None).exists()
    assert ConversationEmbedding.objects.get().message == message


def test_without_its_model_vectors_of_what_has_not_changed_stay(model: EmbeddingModel) -> None:
    make_document(content="Words")
    work()
    changed = make_document(content="Other words")
    work()
    use("Absent")
    changed.content = "New words"
    changed.save()
    # Queued without having changed, as after a sweep.
    EmbeddingModel.objects.update(is_active=False)
    EmbeddingModel.objects.update(is_active=True)

    work()

    found = dict(KnowledgeChunk.objects.values_list("chunk_text", "embedding_vector"))
    assert found.keys() == {"Words", "New words"}
    assert found["Words"] is not None
    assert found["New words"] is None


def test_a_text_that_the_table_refuses_is_alone_in_it(model: EmbeddingModel) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE conversation_embeddings ADD CHECK (chunk_text <> 'bad') NOT VALID"
        )
    for text in ("good", "bad", "better"):
        make_message(content=text)

    work()

    assert set(ConversationEmbedding.objects.values_list("chunk_text", flat=True)) == {
        "good",
        "better",
    }
    assert "chunk_text" in str(EmbeddingQueueItem.objects.get().last_error)
    assert len(HashedWords.texts) == 3


def test_pauses_grow() -> None:
    pauses = [pause(attempts) for attempts in range(1, 6)]

    assert all(later > 2 * sooner for sooner, later in pairwise(pauses))
    assert 20 < pauses[0] < 40
    assert pause(1_000) < 8 * 60 * 60
