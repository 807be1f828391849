"""Count the words of new passages at less cost to whoever writes them."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0018_add_search_records"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0019_count_words_faster",
        ),
    ]
