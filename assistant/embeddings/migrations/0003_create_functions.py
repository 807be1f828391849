"""Create the hash and search functions; keep updated_at."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0002_create_embeddings"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0003_create_functions",
            model_name="KnowledgeDocument",
        ),
    ]
