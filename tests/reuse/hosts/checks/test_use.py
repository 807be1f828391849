"""Messages, statistics, search and vectors."""

from typing import Any

import pytest

from assistant.conversations.models import Conversation
from assistant.conversations.services import add_message, ingest_messages
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    KnowledgeDocument,
    SearchRecord,
)
from assistant.embeddings.search import record_opened, search
from assistant.settings.models import SystemSetting
from checks.rows import make_conversation

pytestmark = pytest.mark.django_db


def test_default_rows() -> None:
    assert SystemSetting.objects.get(key="max_context_length").value == 4096
    assert EmbeddingModel.objects.get(is_default=True).dimension == 384


def test_statistics_are_kept() -> None:
    conversation = make_conversation()

    message = add_message(conversation=conversation, role="user", content="Hello", token_count=2)
    ingest_messages(
        {"conversation": conversation, "role": "assistant", "content": "Hi", "generation_time": t}
        for t in (1.0, 2.0)
    )
    message.delete()

    stats = Conversation.objects.select_related("stats").get().stats
    assert (stats.total_messages, stats.total_tokens, stats.avg_response_time) == (2, 0, 1.5)


def test_documents_are_found_by_words() -> None:
    document = KnowledgeDocument.objects.create(title="T", content="An error budget")
    KnowledgeDocument.objects.create(title="U", content="Something else")

    assert list(KnowledgeDocument.objects.ranked("budgets")) == [document]


def test_a_search_is_recorded_for_its_user(settings: Any) -> None:
    settings.ASSISTANT = {"RECORD_SEARCHES": "text"}
    user = make_conversation().user
    document = KnowledgeDocument.objects.create(title="T", content="An error budget", owner=user)

    hits = search("budgets", user=user, mode="keyword")
    record_opened(record=hits.record, hit=hits[0], user=user)

    [record] = SearchRecord.objects.with_outcome()
    assert (record.pk, record.user, record.query) == (hits.record, user, "budgets")
    assert record.opened
    assert record.hits[0]["source"] == str(document.pk)


def test_a_vector_gets_the_default_model() -> None:
    embedding = ConversationEmbedding.objects.create(
        conversation=make_conversation(),
        embedding_vector=[1.0] * 384,
        content_hash="0" * 64,
        chunk_text="Hello",
    )

    embedding.refresh_from_db()
    assert embedding.embedding_model.is_default
