"""Insert the default embedding model."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0005_guard_vectors"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0006_insert_default_embedding_model",
            model_name="EmbeddingModel",
        ),
    ]
