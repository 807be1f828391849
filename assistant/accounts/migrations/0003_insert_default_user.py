"""Insert the default user."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_accounts", "0002_keep_timestamps"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0003_insert_default_user",
            model_name="User",
        ),
    ]
