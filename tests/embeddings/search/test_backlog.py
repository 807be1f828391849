"""What has no chunks yet is found as a whole."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from assistant.conversations.models import Message
from assistant.conversations.services import ingest_messages
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    EmbeddingQueueItem,
    KnowledgeDocument,
)
from assistant.embeddings.search import backlog
from assistant.embeddings.search.backlog import Backlog, backlog_of, backlog_sql
from assistant.embeddings.search.frequencies import forget_frequencies
from assistant.embeddings.search.words import Statistics, read_words
from tests import factories

pytestmark = pytest.mark.django_db

DATABASE = "default"


@pytest.fixture(autouse=True)
def fresh_frequencies() -> Any:
    forget_frequencies()
    yield
    forget_frequencies()


@pytest.fixture
def model() -> EmbeddingModel:
    return EmbeddingModel.objects.get(is_default=True)


def sql_of(rows: Any, question: str, waiting: Backlog, limit: int = 10) -> Any:
    words = read_words(question, using=DATABASE)
    return backlog_sql(rows, words, waiting, scale=Statistics(), limit=limit)


def found(rows: Any, question: str, waiting: Backlog, limit: int = 10) -> list[UUID]:
    built = sql_of(rows, question, waiting, limit=limit)
    if built is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*built)
        return [key for key, _rank in cursor.fetchall()]


def embedded(*sources: Any) -> None:
    """Take sources out of the queue, as a worker does."""
    keys = [source.pk for source in sources]
    EmbeddingQueueItem.objects.filter(message_id__in=keys).delete()
    EmbeddingQueueItem.objects.filter(document_id__in=keys).delete()


@pytest.fixture(params=["few", "many"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take what waits for few sources, or for many."""
    if request.param == "many":
        monkeypatch.setattr(backlog, "FEW", 0)


@pytest.mark.usefixtures("size")
def test_only_what_waits_is_found(model: EmbeddingModel) -> None:
    waits = factories.make_message(content="apples")
    done = factories.make_message(content="apples and pears")
    document = factories.make_document(content="apples")
    embedded(done, factories.make_document(content="apples too"), document)

    waiting = backlog_of(model, using=DATABASE)

    assert found(Message.objects.all(), "apple", waiting) == [waits.pk]
    assert found(KnowledgeDocument.objects.all(), "apple", waiting) == []


@pytest.mark.usefixtures("size")
def test_waiting_documents_are_found_best_first(model: EmbeddingModel) -> None:
    other = factories.make_document(content="pears")
    long = factories.make_document(content="apple" + " filler words" * 50)
    short = factories.make_document(content="apple")

    waiting = backlog_of(model, using=DATABASE)

    assert found(KnowledgeDocument.objects.all(), "apple", waiting) == [short.pk, long.pk]
    assert found(KnowledgeDocument.objects.all(), "apple", waiting, limit=1) == [short.pk]
    assert found(KnowledgeDocument.objects.all(), "pear -apple", waiting) == [other.pk]


@pytest.mark.usefixtures("size")
def test_filters_and_phrases_hold(model: EmbeddingModel) -> None:
    mine = factories.make_message(content="a red apple")
    same = factories.make_message(content="an apple, red", conversation=mine.conversation)
    factories.make_message(content="a red apple of others")
    rows = Message.objects.filter(conversation__user=mine.conversation.user_id)

    waiting = backlog_of(model, using=DATABASE)

    assert found(rows, '"red apple"', waiting) == [mine.pk]
    assert found(rows, "apple -red", waiting) == []
    assert set(found(rows, "apple", waiting)) == {mine.pk, same.pk}


def test_phrases_are_found_in_identifiers(model: EmbeddingModel) -> None:
    call = factories.make_message(content="Then client.getUserById(5) is called.")
    other = factories.make_message(content="Then errors.ModelChangeError is called.")
    document = factories.make_document(content="See src/app/main.py")

    waiting = backlog_of(model, using=DATABASE)

    assert found(Message.objects.all(), '"getUserById"', waiting) == [call.pk]
    assert found(Message.objects.all(), "called -ModelChangeError", waiting) == [call.pk]
    assert found(Message.objects.all(), "called -user", waiting) == [other.pk]
    assert found(KnowledgeDocument.objects.all(), '"src/app"', waiting) == [document.pk]


def test_an_empty_queue_costs_one_small_query(
    model: EmbeddingModel, django_assert_num_queries: Any
) -> None:
    embedded(factories.make_message(content="apple"), factories.make_document(content="apple"))

    words = read_words("apple", using=DATABASE)
    with django_assert_num_queries(1):
        waiting = backlog_of(model, using=DATABASE)
        for rows in (Message.objects.all(), KnowledgeDocument.objects.all()):
            assert backlog_sql(rows, words, waiting, scale=Statistics(), limit=5) is None


def test_without_a_model_everything_waits(django_assert_num_queries: Any) -> None:
    message = factories.make_message(content="apple")
    document = factories.make_document(content="apple")
    embedded(message, document)

    with django_assert_num_queries(0):
        waiting = backlog_of(None, using=DATABASE)

    assert found(Message.objects.all(), "apple", waiting) == [message.pk]
    assert found(KnowledgeDocument.objects.all(), "apple", waiting) == [document.pk]


def test_another_models_queue_does_not_count(model: EmbeddingModel) -> None:
    other = factories.make_embedding_model()
    message = factories.make_message(content="apple")
    EmbeddingQueueItem.objects.filter(message_id=message.pk, embedding_model=model).delete()

    assert backlog_of(model, using=DATABASE).messages == []
    assert found(Message.objects.all(), "apple", backlog_of(other, using=DATABASE)) == [message.pk]


def test_what_has_failed_is_found(model: EmbeddingModel) -> None:
    message = factories.make_message(content="apple")
    EmbeddingQueueItem.objects.update(failed_at="2026-01-01T00:00Z")

    assert found(Message.objects.all(), "apple", backlog_of(model, using=DATABASE)) == [message.pk]


def test_at_most_some_hundred_are_ranked(
    model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "RANKED", 3)
    conversation = factories.make_conversation()
    ingest_messages(
        {"conversation_id": conversation.pk, "role": "user", "content": "apple"} for _ in range(9)
    )

    assert len(found(Message.objects.all(), "apple", backlog_of(model, using=DATABASE))) == 3


def test_the_embedded_ones_do_not_hide_those_that_wait(
    model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "FEW", 0)
    monkeypatch.setattr(backlog, "RANKED", 1)
    embedded(*(factories.make_message(content="apple") for _ in range(5)))
    waits = factories.make_message(content="apple")

    waiting = backlog_of(model, using=DATABASE)

    assert found(Message.objects.all(), "apple", waiting) == [waits.pk]


@pytest.mark.parametrize("analyzed", [True, False], ids=["analysed full", "analysed empty"])
def test_a_full_queue_is_searched_through_the_words_index(
    model: EmbeddingModel, analyzed: bool
) -> None:
    conversation = factories.make_conversation()
    with connection.cursor() as cursor:
        if not analyzed:
            cursor.execute("ANALYZE embedding_queue")
        ingest_messages(
            {"conversation_id": conversation.pk, "role": "user", "content": f"word{number} common"}
            for number in range(2_000)
        )
        cursor.execute("ANALYZE messages")
        if analyzed:
            cursor.execute("ANALYZE embedding_queue")
        waiting = backlog_of(model, using=DATABASE)
        sql, parameters = sql_of(Message.objects.all(), "word7 word9", waiting)
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert waiting.messages is None
    assert "idx_messages_content_fts" in plan
    assert "Seq Scan on messages" not in plan
    assert len(found(Message.objects.all(), "word7 word9", waiting)) == 2


def test_other_rows_are_refused(model: EmbeddingModel) -> None:
    with pytest.raises(TypeError, match="messages or documents are expected"):
        sql_of(ConversationEmbedding.objects.all(), "apple", Backlog(model, None, None))
