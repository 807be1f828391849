"""Keep one default model configuration."""

from django.db import migrations, models

import assistant.db.constraints
import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_settings", "0003_insert_default_settings"),
    ]

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            name="0004_keep_one_default",
            model_name="ModelConfig",
        ),
        migrations.AddConstraint(
            model_name="modelconfig",
            constraint=assistant.db.constraints.KeptUniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("is_default",),
                name="model_configs_is_default_key",
            ),
        ),
    ]
