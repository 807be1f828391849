"""Queue what is to be embedded."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0011_keep_chunks"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0012_queue_embeddings",
            model_name="EmbeddingQueueItem",
        ),
    ]
