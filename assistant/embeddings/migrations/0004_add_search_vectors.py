"""Add the stored search vectors and their indexes."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0003_create_functions"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0004_add_search_vectors",
            model_name="KnowledgeDocument",
        ),
    ]
