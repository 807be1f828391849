"""Read what a question asks of words and of identifiers."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0015_find_identifiers"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0016_parse_search_questions",
        ),
    ]
