"""Create system settings and model configurations."""

import django.db.models.lookups
from django.db import migrations, models

import assistant.db.expressions
import assistant.db.fields
import assistant.db.indexes
import assistant.db.validators


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SystemSetting",
            fields=[
                (
                    "key",
                    assistant.db.fields.KeyField(
                        max_length=255,
                        primary_key=True,
                        serialize=False,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="key",
                    ),
                ),
                ("value", assistant.db.fields.JSONField(verbose_name="value")),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        null=True,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="description",
                    ),
                ),
                (
                    "updated_at",
                    assistant.db.fields.TimestampField(
                        blank=True,
                        db_default=assistant.db.expressions.TransactionNow(),
                        editable=False,
                        verbose_name="updated at",
                    ),
                ),
            ],
            options={
                "verbose_name": "system setting",
                "verbose_name_plural": "system settings",
                "db_table": "system_settings",
            },
        ),
        migrations.CreateModel(
            name="ModelConfig",
            fields=[
                (
                    "id",
                    assistant.db.fields.UUIDField(
                        db_default=assistant.db.expressions.RandomUUID(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=255,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="name",
                    ),
                ),
                (
                    "model_path",
                    models.TextField(
                        help_text="A local folder or the name that the provider knows the model by.",
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="model path",
                    ),
                ),
                (
                    "config",
                    assistant.db.fields.JSONObjectField(
                        blank=True, default=dict, verbose_name="configuration"
                    ),
                ),
                (
                    "is_default",
                    models.BooleanField(db_default=False, default=False, verbose_name="default"),
                ),
                (
                    "created_at",
                    assistant.db.fields.TimestampField(
                        blank=True,
                        db_default=assistant.db.expressions.TransactionNow(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
            ],
            options={
                "verbose_name": "model configuration",
                "verbose_name_plural": "model configurations",
                "db_table": "model_configs",
                "indexes": [
                    assistant.db.indexes.Index(
                        fields=["is_default"], name="idx_model_configs_default"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            assistant.db.expressions.JSONTypeOf("config"), models.Value("object")
                        ),
                        name="model_configs_config_check",
                        violation_error_message="A JSON object is expected, such as {}.",
                    )
                ],
            },
        ),
    ]
