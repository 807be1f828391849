"""List the SQL files that were run before the migrations, where the database was adopted."""

from django.db import migrations, models

import assistant.db.operations.refusals
import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_schema", "0001_create_schema_migrations"),
    ]

    operations = [
        migrations.AlterField(
            model_name="schemamigration",
            name="app",
            field=models.TextField(null=True, verbose_name="app"),
        ),
        migrations.AlterField(
            model_name="schemamigration",
            name="name",
            field=models.TextField(null=True, verbose_name="name"),
        ),
        assistant.db.operations.sql_files.RunSQLFile(
            name="0002_list_earlier_files",
        ),
        assistant.db.operations.refusals.RefuseReverse(
            query="SELECT filename FROM schema_migration_files",
            reason="files that were run before the migrations are listed nowhere else. "
            "DELETE FROM schema_migration_files, if nobody needs the list.",
        ),
    ]
