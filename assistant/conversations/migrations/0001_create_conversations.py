"""Create conversations, messages and statistics."""

import datetime

import django.core.validators
import django.db.models.deletion
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import assistant.db.expressions
import assistant.db.fields
import assistant.db.indexes
import assistant.db.operations.foreign_keys
import assistant.db.validators


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Conversation",
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
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assistant_conversations",
                        related_query_name="assistant_conversation",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        blank=True,
                        max_length=500,
                        null=True,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="title",
                    ),
                ),
                (
                    "agent_type",
                    models.CharField(
                        db_default="chat",
                        default="chat",
                        max_length=100,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="agent type",
                    ),
                ),
                (
                    "context_length",
                    models.IntegerField(
                        db_default=0,
                        default=0,
                        help_text="In tokens.",
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="context length",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(db_default=True, default=True, verbose_name="active"),
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
                    "metadata",
                    assistant.db.fields.JSONObjectField(
                        blank=True, db_default={}, default=dict, verbose_name="metadata"
                    ),
                ),
            ],
            options={
                "verbose_name": "conversation",
                "verbose_name_plural": "conversations",
                "db_table": "conversations",
                "indexes": [
                    assistant.db.indexes.Index(fields=["user"], name="idx_conversations_user_id"),
                    assistant.db.indexes.Index(
                        fields=["agent_type"], name="idx_conversations_agent_type"
                    ),
                    assistant.db.indexes.Index(
                        fields=["-created_at"], name="idx_conversations_created_at"
                    ),
                    assistant.db.indexes.Index(
                        fields=["-updated_at"], name="idx_conversations_updated_at"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("context_length__gte", 0)),
                        name="conversations_context_length_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            assistant.db.expressions.JSONTypeOf("metadata"), models.Value("object")
                        ),
                        name="conversations_metadata_check",
                        violation_error_message="A JSON object is expected, such as {}.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                    "conversation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="assistant_conversations.conversation",
                        verbose_name="conversation",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("user", "user"),
                            ("assistant", "assistant"),
                            ("system", "system"),
                        ],
                        max_length=50,
                        verbose_name="role",
                    ),
                ),
                (
                    "content",
                    models.TextField(
                        validators=[assistant.db.validators.validate_no_nul], verbose_name="content"
                    ),
                ),
                (
                    "token_count",
                    models.IntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="tokens",
                    ),
                ),
                (
                    "timestamp",
                    assistant.db.fields.TimestampField(
                        blank=True,
                        db_default=assistant.db.expressions.TransactionNow(),
                        verbose_name="time",
                    ),
                ),
                (
                    "model_name",
                    models.CharField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="model",
                    ),
                ),
                (
                    "generation_time",
                    models.FloatField(
                        blank=True,
                        help_text="In seconds.",
                        null=True,
                        validators=[
                            assistant.db.validators.validate_finite,
                            django.core.validators.MinValueValidator(0),
                        ],
                        verbose_name="generation time",
                    ),
                ),
                (
                    "temperature",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[assistant.db.validators.validate_finite],
                        verbose_name="temperature",
                    ),
                ),
                (
                    "generation_config",
                    assistant.db.fields.JSONObjectField(
                        blank=True,
                        db_default={},
                        default=dict,
                        verbose_name="generation configuration",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "db_table": "messages",
                "indexes": [
                    assistant.db.indexes.Index(
                        fields=["conversation"], name="idx_messages_conversation_id"
                    ),
                    assistant.db.indexes.Index(fields=["role"], name="idx_messages_role"),
                    assistant.db.indexes.Index(
                        fields=["-timestamp"], name="idx_messages_timestamp"
                    ),
                    assistant.db.indexes.Index(
                        fields=["model_name"], name="idx_messages_model_name"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["user", "assistant", "system"])),
                        name="messages_role_check",
                        violation_error_message="The role is one of user, assistant and system.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("token_count__gte", 0)),
                        name="messages_token_count_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("generation_time__gte", 0), ("generation_time__lt", float("inf"))
                        ),
                        name="messages_generation_time_check",
                        violation_error_message="A finite number, not below zero, is expected.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("temperature__gt", float("-inf")), ("temperature__lt", float("inf"))
                        ),
                        name="messages_temperature_check",
                        violation_error_message="A finite number is expected.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "timestamp__gte",
                                datetime.datetime(1, 1, 3, 0, 0, tzinfo=datetime.UTC),
                            ),
                            (
                                "timestamp__lt",
                                datetime.datetime(9999, 12, 30, 0, 0, tzinfo=datetime.UTC),
                            ),
                        ),
                        name="messages_timestamp_check",
                        violation_error_message="A time between the years 1 and 9999 is expected.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            assistant.db.expressions.JSONTypeOf("generation_config"),
                            models.Value("object"),
                        ),
                        name="messages_generation_config_check",
                        violation_error_message="A JSON object is expected, such as {}.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConversationStats",
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
                    "conversation",
                    models.OneToOneField(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stats",
                        to="assistant_conversations.conversation",
                        verbose_name="conversation",
                    ),
                ),
                (
                    "total_messages",
                    models.BigIntegerField(
                        db_default=0, default=0, editable=False, verbose_name="messages"
                    ),
                ),
                (
                    "total_tokens",
                    models.BigIntegerField(
                        db_default=0, default=0, editable=False, verbose_name="tokens"
                    ),
                ),
                (
                    "avg_response_time",
                    models.FloatField(
                        blank=True,
                        editable=False,
                        help_text="The mean generation time, in seconds, of the messages that have one.",
                        null=True,
                        verbose_name="average response time",
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
                    "response_count",
                    models.BigIntegerField(
                        db_default=0, default=0, editable=False, verbose_name="timed messages"
                    ),
                ),
                (
                    "response_time_sum",
                    assistant.db.fields.NumericField(
                        db_default=0,
                        default=0,
                        editable=False,
                        verbose_name="sum of generation times",
                    ),
                ),
            ],
            options={
                "verbose_name": "conversation statistics",
                "verbose_name_plural": "conversation statistics",
                "db_table": "conversation_stats",
                "indexes": [
                    assistant.db.indexes.Index(
                        fields=["conversation"], name="idx_conversation_stats_conversation_id"
                    )
                ],
            },
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="Conversation",
            name="user",
            on_delete="CASCADE",
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="Message",
            name="conversation",
            on_delete="CASCADE",
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="ConversationStats",
            name="conversation",
            on_delete="CASCADE",
        ),
    ]
