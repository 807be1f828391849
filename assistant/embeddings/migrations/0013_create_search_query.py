"""Create the functions that read a question for full-text search."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0012_queue_embeddings"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0013_create_search_query",
        ),
    ]
