"""A row of each of the apps' tables."""

from itertools import count
from typing import Any

from django.apps import apps
from project.factories import make_user

from assistant.conversations.models import Conversation, ConversationStats, Message
from assistant.conversations.services import add_message
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    EmbeddingQueueItem,
    KnowledgeChunk,
    KnowledgeDocument,
    SearchChange,
    SearchEvaluation,
    SearchEvent,
    SearchLexeme,
    SearchRecord,
    SearchStatistics,
)
from assistant.settings.models import ModelConfig, SystemSetting

numbers = count(1)

MODELS = [
    SystemSetting,
    ModelConfig,
    Conversation,
    Message,
    ConversationStats,
    EmbeddingModel,
    ConversationEmbedding,
    KnowledgeDocument,
    KnowledgeChunk,
    EmbeddingQueueItem,
    SearchStatistics,
    SearchLexeme,
    SearchChange,
    SearchRecord,
    SearchEvent,
    SearchEvaluation,
]
# Not every project has it; its rows are those of the migrations.
if apps.is_installed("assistant.schema"):
    from assistant.schema.models import SchemaMigration

    MODELS.append(SchemaMigration)


def make_conversation(**fields: Any) -> Conversation:
    """Return a stored conversation, of a new user unless one is given."""
    fields.setdefault("user", None)
    fields["user"] = fields["user"] or make_user()
    return Conversation.objects.create(title="Plans", **fields)


def make_embedding(conversation: Conversation, model: EmbeddingModel) -> ConversationEmbedding:
    """Return a stored embedding of a conversation."""
    return ConversationEmbedding.objects.create(
        conversation=conversation,
        embedding_model=model,
        embedding_vector=[1.0] * model.dimension,
        content_hash="0" * 64,
        chunk_text="Hello",
    )


def make_one_of_each() -> Conversation:
    """Store a row of each table, and return the conversation."""
    number = next(numbers)
    SystemSetting.objects.create(key=f"key-{number}", value=[1, "two", None])
    ModelConfig.objects.create(name="Model", model_path="/models/m", config={"n": 1})
    model = EmbeddingModel.objects.create(name=f"model-{number}", dimension=3)
    conversation = make_conversation()
    add_message(conversation=conversation, role="user", content="Hello", token_count=2)
    make_embedding(conversation, model)
    document = KnowledgeDocument.objects.create(
        title="Manual", content="Words", tags=["a"], owner=conversation.user
    )
    KnowledgeChunk.objects.create(
        document=document,
        embedding_model=model,
        chunk_text="Words",
        content_hash="0" * 64,
        start_offset=0,
        end_offset=5,
    )
    SearchChange.objects.create(
        embedding_model=model, source="documents", passages=0, bytes=0, lexemes=["word"], counts=[0]
    )
    record = SearchRecord.objects.create(
        user=conversation.user,
        query="Words",
        query_hash="0" * 64,
        mode="keyword",
        hit_count=1,
        hits=[{"kind": "document", "source": str(document.pk), "score": 0.5}],
        latency=1,
    )
    SearchEvent.objects.create(record=record, source=document.pk, kind="opened", rank=1)
    SearchEvaluation.objects.create(name="Ours", queries=1, depth=10)
    return conversation
