"""Keep the statistics of conversations."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_conversations", "0002_keep_timestamps"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0003_keep_statistics",
            model_name="ConversationStats",
        ),
    ]
