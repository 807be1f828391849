"""Count in how many passages each word is."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0016_parse_search_questions"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0017_count_search_words",
        ),
    ]
