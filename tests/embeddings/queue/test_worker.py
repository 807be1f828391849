"""From the queue to stored vectors, in one worker."""

from typing import Any

import pytest
from django.db import connection

from assistant.embeddings.backends import ModelSpec
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    EmbeddingQueueItem,
    KnowledgeChunk,
    KnowledgeDocument,
    SearchChange,
)
from assistant.embeddings.queue import processing, reading
from assistant.embeddings.queue.worker import Worker
from assistant.embeddings.splitting import split
from tests.embeddings.embedder import HashedWords
from tests.embeddings.queue.conftest import HASHED_WORDS
from tests.factories import (
    make_document,
    make_embedding,
    make_embedding_model,
    make_message,
    make_search_change,
)

pytestmark = pytest.mark.django_db

# Of several chunks, no two the same.
LONG = "\n\n".join(f"Paragraph {n}. " + f"word{n} " * 100 for n in range(12))


def work(**options: Any) -> Worker:
    worker = Worker(**{"using": "default", **options})
    worker.run()
    return worker


def vector(model: EmbeddingModel, text: str) -> Any:
    return pytest.approx(HashedWords(ModelSpec.of(model)).vector(text), abs=1e-6)


def test_a_message_gets_its_vector(model: EmbeddingModel) -> None:
    message = make_message(content="The queue is worked off")

    worker = work()

    assert not EmbeddingQueueItem.objects.exists()
    row = ConversationEmbedding.objects.get()
    assert row.message == message
    assert row.conversation == message.conversation
    assert row.user == message.conversation.user
    assert (row.chunk_text, row.source_type) == (message.content, "message")
    assert (row.start_offset, row.end_offset) == (0, len(message.content))
    assert row.embedding_model == model
    assert list(row.embedding_vector) == vector(model, message.content)
    assert worker.reporter.total.done == 1
    model.refresh_from_db()
    assert model.backfilled_at is not None


def test_a_document_gets_chunks_and_their_mean(model: EmbeddingModel) -> None:
    document = make_document(content=LONG)

    work()

    before = document.updated_at
    document.refresh_from_db()
    chunks = list(document.chunks.order_by("chunk_index"))
    assert len(chunks) > 3
    assert [(c.chunk_text, c.start_offset, c.end_offset, c.content_hash) for c in chunks] == [
        (c.text, c.start, c.end, c.content_hash) for c in split(LONG)
    ]
    for chunk in chunks:
        assert list(chunk.embedding_vector) == vector(model, chunk.chunk_text)
    means = [sum(values) for values in zip(*(c.embedding_vector for c in chunks), strict=True)]
    length = sum(value**2 for value in means) ** 0.5
    assert list(document.embedding_vector) == pytest.approx([v / length for v in means], abs=1e-5)
    assert document.embedding_model == model
    assert (document.status, document.last_error) == ("ready", None)
    assert document.updated_at == before


@pytest.mark.parametrize("content", ["", " \n\t "], ids=["empty", "blank"])
def test_an_empty_document_is_done(model: EmbeddingModel, content: str) -> None:
    document = make_document(content="Words")
    work()
    KnowledgeDocument.objects.update(content=content)

    work()

    document.refresh_from_db()
    assert (document.status, document.embedding_vector) == ("ready", None)
    assert not KnowledgeChunk.objects.exists()
    assert not EmbeddingQueueItem.objects.exists()


def test_an_edit_replaces_what_has_changed_only(model: EmbeddingModel) -> None:
    document = make_document(content=LONG)
    work()
    before = dict(document.chunks.values_list("chunk_index", "pk"))
    HashedWords.reset()
    KnowledgeDocument.objects.update(content=LONG.replace("word11", "nord11"))

    work()

    after = dict(document.chunks.values_list("chunk_index", "pk"))
    assert after.keys() == before.keys()
    last = max(after)
    assert {index for index in after if after[index] != before[index]} == {last}
    assert HashedWords.texts == [document.chunks.get(chunk_index=last).chunk_text]


def test_chunks_that_have_moved_are_not_computed_again(
    model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "GROUP", 3)  # so it is stored in parts
    document = make_document(content=LONG)
    work()
    count = document.chunks.count()
    HashedWords.reset()
    KnowledgeDocument.objects.update(content="\n\n" + LONG)

    work()

    assert HashedWords.texts == []
    chunks = list(document.chunks.order_by("chunk_index"))
    assert len(chunks) == count
    assert all(f"\n\n{LONG}"[c.start_offset : c.end_offset] == c.chunk_text for c in chunks)
    assert all(list(c.embedding_vector) == vector(model, c.chunk_text) for c in chunks)


def test_a_long_document_is_stored_in_parts(
    model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "GROUP", 3)
    sizes = []
    compute = processing.compute
    monkeypatch.setattr(
        processing,
        "compute",
        lambda texts, **kw: (sizes.append(len(texts)), compute(texts, **kw))[1],
    )
    document = make_document(content=LONG)

    work()

    assert max(sizes) == 3
    assert sum(sizes) == document.chunks.count() == len(split(LONG))
    assert not document.chunks.filter(embedding_vector=None).exists()
    document.refresh_from_db()
    assert document.status == "ready"


def test_a_stopped_worker_leaves_a_long_document_findable_by_words(
    model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "GROUP", 3)
    document = make_document(content=LONG)
    worker = Worker(using="default")
    monkeypatch.setattr(processing, "renew", lambda items, using: worker.stop.set())

    worker.run()

    assert document.chunks.count() == len(split(LONG))
    assert document.chunks.exclude(embedding_vector=None).count() == 6
    item = EmbeddingQueueItem.objects.get()
    assert (item.attempts, item.locked_at) == (0, None)
    document.refresh_from_db()
    assert document.status == "pending"

    monkeypatch.undo()
    HashedWords.reset()
    work()
    assert len(HashedWords.texts) == len(split(LONG)) - 6


def test_the_same_text_is_computed_once(model: EmbeddingModel) -> None:
    for _ in range(3):
        make_message(content="Thanks")
    make_document(content="Thanks")
    work()
    make_message(content="Thanks")

    work()

    assert HashedWords.texts == ["Thanks"]
    assert ConversationEmbedding.objects.filter(content_hash__isnull=False).count() == 4
    assert KnowledgeChunk.objects.count() == 1


def test_each_model_has_its_own(model: EmbeddingModel) -> None:
    other = make_embedding_model(backend=HASHED_WORDS, dimension=5)
    document = make_document(content="Words")
    make_message()

    work()

    assert document.chunks.count() == ConversationEmbedding.objects.count() == 2
    assert len(document.chunks.get(embedding_model=other).embedding_vector) == 5
    document.refresh_from_db()
    assert document.embedding_model == model


def test_only_named_models(model: EmbeddingModel) -> None:
    other = make_embedding_model(backend=HASHED_WORDS)
    make_message()

    work(names=[other.name])

    assert ConversationEmbedding.objects.get().embedding_model == other
    assert EmbeddingQueueItem.objects.get().embedding_model == model


def test_a_limit(model: EmbeddingModel) -> None:
    for number in range(3):
        make_message(content=f"Number {number}")

    work(limit=2)

    assert ConversationEmbedding.objects.count() == 2
    assert EmbeddingQueueItem.objects.get().locked_at is None


def test_what_is_not_the_message_s_own_text_stays(model: EmbeddingModel) -> None:
    message = make_message(content="Hello")
    fields = {"conversation": message.conversation, "message": message, "embedding_model": model}
    file = make_embedding(source_type="file", **fields)
    old = make_embedding(chunk_text="Old", **fields)

    work()

    stored = set(ConversationEmbedding.objects.values_list("pk", flat=True))
    assert file.pk in stored
    assert old.pk not in stored
    assert len(stored) == 2


def test_a_moved_message_takes_its_vectors_along(model: EmbeddingModel) -> None:
    message = make_message()
    work()
    target = make_message().conversation

    message.conversation = target
    message.save()

    row = ConversationEmbedding.objects.get()
    assert (row.conversation, row.user) == (target, target.user)


def test_deleting_takes_vectors_and_queue_along(model: EmbeddingModel) -> None:
    message, document = make_message(), make_document()
    work()
    message.content = document.content = "Changed"
    message.save()
    document.save()
    assert EmbeddingQueueItem.objects.count() == 2

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM conversations")
        cursor.execute("DELETE FROM knowledge_base")

    for table in (ConversationEmbedding, KnowledgeChunk, EmbeddingQueueItem):
        assert not table.objects.exists()


def test_a_row_whose_message_is_gone_is_dropped(model: EmbeddingModel) -> None:
    make_message()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM messages")
        cursor.execute("SET LOCAL session_replication_role = origin")

    work()

    assert not EmbeddingQueueItem.objects.exists()


def test_a_model_that_becomes_live_finds_everything(model: EmbeddingModel) -> None:
    model.is_active = False
    model.save()
    make_message()
    make_document()
    assert not EmbeddingQueueItem.objects.exists()
    model.is_active = True
    model.save()

    work()

    assert ConversationEmbedding.objects.count() == KnowledgeChunk.objects.count() == 1
    model.refresh_from_db()
    assert model.backfilled_at is not None


def test_a_worker_adds_up_what_others_have_left(model: EmbeddingModel) -> None:
    make_search_change(embedding_model=model)

    Worker(using="default").run()

    assert not SearchChange.objects.exists()
