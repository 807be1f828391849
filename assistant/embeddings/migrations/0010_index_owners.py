"""Index the owners, sources and states of documents, and whose embeddings are."""

from django.db import migrations

import assistant.db.indexes
import assistant.db.operations.indexes


# squawk-ignore prefer-robust-stmts: the operation itself replaces what a stopped build left.
class Migration(migrations.Migration):
    # Built while others write, which no transaction can do.
    atomic = False

    dependencies = [
        ("assistant_embeddings", "0009_create_chunks"),
    ]

    operations = [
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="ConversationEmbedding",
            index=assistant.db.indexes.Index(
                fields=["embedding_model", "user"], name="idx_conversation_embeddings_model_user"
            ),
        ),
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="KnowledgeDocument",
            index=assistant.db.indexes.Index(fields=["source"], name="idx_knowledge_base_source"),
        ),
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="KnowledgeDocument",
            index=assistant.db.indexes.Index(fields=["owner"], name="idx_knowledge_base_owner_id"),
        ),
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="KnowledgeDocument",
            index=assistant.db.indexes.Index(fields=["status"], name="idx_knowledge_base_status"),
        ),
    ]
