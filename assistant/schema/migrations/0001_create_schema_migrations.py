"""Create the view of the applied migrations, and the table of what Django does not keep."""

from django.db import migrations, models

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    initial = True

    # None: it is applied before all others, so that each of them is recorded.
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SchemaMigration",
            fields=[
                (
                    "version",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="version"
                    ),
                ),
                ("filename", models.TextField(verbose_name="file")),
                ("applied_at", models.DateTimeField(verbose_name="applied at")),
                ("app", models.TextField(verbose_name="app")),
                ("name", models.TextField(verbose_name="name")),
                (
                    "checksum",
                    models.TextField(
                        help_text="SHA-256 of the migration and its SQL files as they were applied.",
                        null=True,
                        verbose_name="checksum",
                    ),
                ),
                (
                    "duration",
                    models.DurationField(
                        help_text="Unknown where it was applied without this app.",
                        null=True,
                        verbose_name="duration",
                    ),
                ),
                (
                    "versions",
                    models.JSONField(
                        help_text="Of the code and the server that applied it.",
                        null=True,
                        verbose_name="versions",
                    ),
                ),
            ],
            options={
                "verbose_name": "migration",
                "verbose_name_plural": "migrations",
                "db_table": "schema_migrations",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        assistant.db.operations.sql_files.RunSQLFile(
            name="0001_create_schema_migrations",
        ),
    ]
