"""Count the words and find the identifiers of what is there already."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0015_count_search_words"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0016_fill_search_statistics",
        ),
    ]
