"""Insert the default settings."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_settings", "0002_create_functions"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0003_insert_default_settings",
            model_name="SystemSetting",
        ),
    ]
