"""Index the identifiers of passages."""

import django.db.models
from django.db import migrations

import assistant.db.indexes
import assistant.db.operations.indexes


# squawk-ignore prefer-robust-stmts: the operation itself replaces what a stopped build left.
class Migration(migrations.Migration):
    # Built while others write, which no transaction can do.
    atomic = False

    dependencies = [
        ("assistant_embeddings", "0018_fill_search_statistics"),
    ]

    operations = [
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="KnowledgeChunk",
            index=assistant.db.indexes.GinIndex(
                django.db.models.F("chunk_identifiers"),
                condition=django.db.models.Q(chunk_identifiers__isnull=False),
                name="idx_knowledge_chunks_identifiers",
            ),
        ),
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="ConversationEmbedding",
            index=assistant.db.indexes.GinIndex(
                django.db.models.F("chunk_identifiers"),
                condition=django.db.models.Q(chunk_identifiers__isnull=False),
                name="idx_conversation_embeddings_identifiers",
            ),
        ),
    ]
