"""Find identifiers as wholes and in their parts."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0014_add_search_statistics"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0015_find_identifiers",
        ),
    ]
