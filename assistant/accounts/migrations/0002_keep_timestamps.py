"""Keep updated_at."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_accounts", "0001_create_users"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0002_keep_timestamps",
            model_name="User",
        ),
    ]
