"""Create users."""

import django.contrib.auth.models
import django.db.models.lookups
from django.db import migrations, models

import assistant.db.expressions
import assistant.db.fields
import assistant.db.indexes
import assistant.db.operations.foreign_keys
import assistant.db.validators


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
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
                    "username",
                    models.CharField(
                        max_length=255,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="username",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=255, null=True, verbose_name="email address"
                    ),
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
                (
                    "updated_at",
                    assistant.db.fields.TimestampField(
                        blank=True,
                        db_default=assistant.db.expressions.TransactionNow(),
                        editable=False,
                        verbose_name="updated at",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="Inactive users cannot log in. Prefer this to deleting a user.",
                        verbose_name="active",
                    ),
                ),
                (
                    "preferences",
                    assistant.db.fields.JSONObjectField(
                        blank=True, db_default={}, default=dict, verbose_name="preferences"
                    ),
                ),
                (
                    "password",
                    models.CharField(
                        db_default="!", default="!", max_length=128, verbose_name="password"
                    ),
                ),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Has every permission without being given it.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="May log in to the admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        db_constraint=False,
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        db_constraint=False,
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "db_table": "users",
                "swappable": "AUTH_USER_MODEL",
                "indexes": [
                    assistant.db.indexes.Index(fields=["username"], name="idx_users_username"),
                    assistant.db.indexes.Index(fields=["is_active"], name="idx_users_active"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("username",),
                        name="users_username_key",
                        violation_error_code="unique",
                        violation_error_message="A user with that username already exists.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            assistant.db.expressions.JSONTypeOf("preferences"),
                            models.Value("object"),
                        ),
                        name="users_preferences_check",
                        violation_error_message="A JSON object is expected, such as {}.",
                    ),
                ],
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="User",
            name="groups",
            on_delete="CASCADE",
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="User",
            name="user_permissions",
            on_delete="CASCADE",
        ),
    ]
