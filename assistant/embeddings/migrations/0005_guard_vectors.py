"""Guard the models and dimensions of vectors."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0004_add_search_vectors"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0005_guard_vectors",
            model_name="EmbeddingModel",
        ),
    ]
