"""Index the latest changes of documents and the beginnings of their titles."""

from django.db import migrations

import assistant.db.indexes
import assistant.db.operations.indexes


class Migration(migrations.Migration):
    # Built while others write, which no transaction can do.
    atomic = False

    dependencies = [
        ("assistant_embeddings", "0006_insert_default_embedding_model"),
    ]

    operations = [
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="KnowledgeDocument",
            index=assistant.db.indexes.Index(
                fields=["-updated_at"], name="idx_knowledge_base_updated_at"
            ),
        ),
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="KnowledgeDocument",
            index=assistant.db.indexes.PrefixIndex("title", name="idx_knowledge_base_title_prefix"),
        ),
    ]
