"""Keep the words, vectors and owners of chunks."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0010_index_owners"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0011_keep_chunks",
            model_name="KnowledgeChunk",
        ),
    ]
