"""The smallest valid row of each table."""

from itertools import count
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg.types.json import Jsonb

from assistant.conversations.models import Conversation, Message
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
from assistant.schema.models import SchemaMigration
from assistant.settings.models import ModelConfig, SystemSetting

numbers = count(1)

MADE_UP_APP = "tickets"


def make_user(**fields: Any) -> Any:
    """Return a stored user."""
    username = fields.pop("username", f"user-{next(numbers)}")
    return get_user_model().objects.create_user(username, **fields)


def make_conversation(**fields: Any) -> Conversation:
    """Return a stored conversation, of a new user unless one is given."""
    if "user" not in fields and "user_id" not in fields:
        fields["user"] = make_user()
    return Conversation.objects.create(**fields)


def make_message(**fields: Any) -> Message:
    """Return a stored message, in a new conversation unless one is given."""
    if "conversation" not in fields and "conversation_id" not in fields:
        fields["conversation"] = make_conversation()
    return Message.objects.create(**{"role": "user", "content": "Hello", **fields})


def make_embedding_model(**fields: Any) -> EmbeddingModel:
    """Return a stored embedding model of three dimensions."""
    return EmbeddingModel.objects.create(
        **{"name": f"model-{next(numbers)}", "dimension": 3, **fields}
    )


def make_embedding(**fields: Any) -> ConversationEmbedding:
    """Return a stored embedding."""
    if "conversation" not in fields:
        fields["conversation"] = make_conversation()
    if "embedding_model" not in fields:
        fields["embedding_model"] = make_embedding_model()
    return ConversationEmbedding.objects.create(
        **{
            "content_hash": "0" * 64,
            "chunk_text": "Hello",
            "embedding_vector": [1.0] * fields["embedding_model"].dimension,
            **fields,
        }
    )


def make_document(**fields: Any) -> KnowledgeDocument:
    """Return a stored knowledge document."""
    return KnowledgeDocument.objects.create(**{"title": "Manual", "content": "Words", **fields})


def make_chunk(**fields: Any) -> KnowledgeChunk:
    """Return a stored passage, the whole of its document, without a vector unless one is given."""
    if "document" not in fields:
        fields["document"] = make_document()
    if "embedding_model" not in fields:
        fields["embedding_model"] = make_embedding_model()
    text = fields.setdefault("chunk_text", fields["document"].content)
    return KnowledgeChunk.objects.create(
        **{"content_hash": "0" * 64, "start_offset": 0, "end_offset": len(text), **fields}
    )


def make_queue_item(**fields: Any) -> EmbeddingQueueItem:
    """Return a row of the queue: of a new message, unless a message or a document is given."""
    if "document" not in fields and "message" not in fields:
        fields["message"] = make_message()
    source = {name: fields.pop(name) for name in ("document", "message") if name in fields}
    if "embedding_model" not in fields:
        # There is none in tests that empty all tables.
        default = EmbeddingModel.objects.filter(is_default=True).first()
        fields["embedding_model"] = default or make_embedding_model(is_default=True)
    item, _made = EmbeddingQueueItem.objects.update_or_create(
        **source, embedding_model=fields.pop("embedding_model"), defaults=fields
    )
    return item


def make_search_statistics(**fields: Any) -> SearchStatistics:
    """Return what is known of all passages of a model, of a new one unless one is given."""
    if "embedding_model" not in fields:
        fields["embedding_model"] = make_embedding_model()
    return SearchStatistics.objects.create(
        **{"source": "messages", "passages": 2, "bytes": 10, **fields}
    )


def make_search_lexeme(**fields: Any) -> SearchLexeme:
    """Return in how many passages a lexeme is, of a new model unless one is given."""
    if "embedding_model" not in fields:
        fields["embedding_model"] = make_embedding_model()
    return SearchLexeme.objects.create(
        **{"source": "messages", "lexeme": f"word{next(numbers)}", "passages": 1, **fields}
    )


def make_search_change(**fields: Any) -> SearchChange:
    """Return a change of the statistics that is not settled, of a new model unless one is given."""
    if "embedding_model" not in fields:
        fields["embedding_model"] = make_embedding_model()
    return SearchChange.objects.create(
        **{
            "source": "messages",
            "passages": 1,
            "bytes": 5,
            "lexemes": ["hello"],
            "counts": [1],
            **fields,
        }
    )


def make_search_record(**fields: Any) -> SearchRecord:
    """Return a recorded search, which found nothing unless hits are given."""
    hits = fields.get("hits", [])
    return SearchRecord.objects.create(
        **{
            "query": "Where?",
            "query_hash": "0" * 64,
            "mode": "hybrid",
            "sources": ["messages", "documents"],
            "hit_count": len(hits),
            "latency": 12.5,
            **fields,
        }
    )


def make_search_event(**fields: Any) -> SearchEvent:
    """Return an event of a search, which was opened, of a new search unless one is given."""
    if "record" not in fields:
        fields["record"] = make_search_record()
    return SearchEvent.objects.create(**{"source": uuid4(), "kind": "opened", "rank": 1, **fields})


def make_search_evaluation(**fields: Any) -> SearchEvaluation:
    """Return a stored evaluation of one question."""
    return SearchEvaluation.objects.create(**{"name": "Ours", "queries": 1, "depth": 100, **fields})


def make_setting(**fields: Any) -> SystemSetting:
    """Return a stored setting."""
    return SystemSetting.objects.create(**{"key": f"key-{next(numbers)}", "value": 1, **fields})


def make_model_config(**fields: Any) -> ModelConfig:
    """Return a stored model configuration."""
    return ModelConfig.objects.create(**{"name": "Model", "model_path": "model", **fields})


def make_migration(**fields: Any) -> SchemaMigration:
    """Return an applied migration, with its details unless ``detailed`` is false."""
    detailed = fields.pop("detailed", True)
    details = {key: fields.pop(key, None) for key in ("checksum", "duration", "versions")}
    names = {"app": MADE_UP_APP, "name": f"{next(numbers):04}_make_tickets", **fields}
    row = MigrationRecorder.Migration.objects.create(**names)
    if detailed:
        details["versions"] = Jsonb(details["versions"] or {"django": "5.2"})
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO schema_migration_details (migration_id, checksum, duration, versions)"
                " VALUES (%s, %s, %s, %s)",
                [row.pk, *details.values()],
            )
    return SchemaMigration.objects.get(app=row.app, name=row.name)
