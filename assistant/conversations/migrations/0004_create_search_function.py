"""Create the function that the search of messages is indexed by."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_conversations", "0003_keep_statistics"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0004_create_search_function",
            model_name="Message",
        ),
    ]
