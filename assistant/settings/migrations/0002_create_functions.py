"""Create uuid_generate_v4() and keep updated_at."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_settings", "0001_create_settings"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0002_create_functions",
            model_name="SystemSetting",
        ),
    ]
