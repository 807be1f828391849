"""Keep updated_at of conversations."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_conversations", "0001_create_conversations"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0002_keep_timestamps",
            model_name="Conversation",
        ),
    ]
