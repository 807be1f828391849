"""Add the searches that were recorded, what became of them, and evaluations of search."""

import django.contrib.postgres.fields
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


# squawk-ignore prefer-bigint-over-int: a search has fewer hits, and an evaluation fewer questions.
# squawk-ignore prefer-text-field: as the other columns of names and hashes are.
# squawk-ignore prefer-bigint-over-smallint: a rating is from 0 to 3.
class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("assistant_embeddings", "0019_index_identifiers"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchRecord",
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
                    "query",
                    models.TextField(
                        blank=True,
                        help_text="Only where texts are recorded.",
                        null=True,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="question",
                    ),
                ),
                (
                    "query_hash",
                    models.CharField(
                        help_text="The same for the same question, whatever its case and spaces.",
                        max_length=64,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="question's hash",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("hybrid", "hybrid"),
                            ("vector", "vector"),
                            ("keyword", "keyword"),
                        ],
                        help_text="The one that was used.",
                        max_length=20,
                        verbose_name="mode",
                    ),
                ),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            validators=[assistant.db.validators.validate_no_nul]
                        ),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                        verbose_name="searched",
                    ),
                ),
                (
                    "hit_count",
                    models.IntegerField(
                        db_default=0,
                        default=0,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="hits",
                    ),
                ),
                (
                    "hits",
                    assistant.db.fields.JSONField(
                        blank=True,
                        db_default=[],
                        default=list,
                        help_text="The best first: kind, source, chunk, score, ranks and scores.",
                        verbose_name="what was found",
                    ),
                ),
                (
                    "plans",
                    assistant.db.fields.JSONObjectField(
                        blank=True, db_default={}, default=dict, verbose_name="plans"
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="note",
                    ),
                ),
                (
                    "latency",
                    models.FloatField(
                        help_text="In milliseconds.",
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="latency",
                    ),
                ),
                (
                    "created_at",
                    assistant.db.fields.TimestampField(
                        blank=True,
                        db_default=assistant.db.expressions.TransactionNow(),
                        editable=False,
                        verbose_name="searched at",
                    ),
                ),
                (
                    "embedding_model",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="searches",
                        to="assistant_embeddings.embeddingmodel",
                        verbose_name="embedding model",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="For whom; nobody where everything was searched.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assistant_searches",
                        related_query_name="assistant_search",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "recorded search",
                "verbose_name_plural": "recorded searches",
                "db_table": "search_records",
                "indexes": [
                    assistant.db.indexes.Index(
                        fields=["-created_at"], name="idx_search_records_created_at"
                    ),
                    assistant.db.indexes.Index(
                        condition=models.Q(("query__isnull", False)),
                        fields=["-created_at"],
                        name="idx_search_records_questions",
                    ),
                    assistant.db.indexes.Index(
                        condition=models.Q(("hit_count", 0)),
                        fields=["-created_at"],
                        name="idx_search_records_empty",
                    ),
                    assistant.db.indexes.Index(
                        fields=["mode", "-created_at"], name="idx_search_records_mode"
                    ),
                    assistant.db.indexes.Index(
                        fields=["query_hash", "-created_at"], name="idx_search_records_query_hash"
                    ),
                    assistant.db.indexes.Index(
                        fields=["user", "-created_at"], name="idx_search_records_user_id"
                    ),
                    assistant.db.indexes.Index(
                        fields=["embedding_model"], name="idx_search_records_model_id"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["hybrid", "vector", "keyword"])),
                        name="search_records_mode_check",
                        violation_error_message="The mode is one of hybrid, vector and keyword.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hit_count__gte", 0)),
                        name="search_records_hit_count_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            assistant.db.expressions.JSONTypeOf("hits"), models.Value("array")
                        ),
                        name="search_records_hits_check",
                        violation_error_message="A JSON array is expected, such as [].",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            assistant.db.expressions.JSONTypeOf("plans"), models.Value("object")
                        ),
                        name="search_records_plans_check",
                        violation_error_message="A JSON object is expected, such as {}.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("latency__gte", 0), ("latency__lt", float("inf"))),
                        name="search_records_latency_check",
                        violation_error_message="A finite number, not below zero, is expected.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "source",
                    models.UUIDField(
                        help_text="The key of the message, document or conversation.",
                        verbose_name="source",
                    ),
                ),
                ("chunk", models.UUIDField(blank=True, null=True, verbose_name="chunk")),
                (
                    "kind",
                    models.CharField(
                        choices=[("opened", "opened"), ("rated", "rated")],
                        max_length=20,
                        verbose_name="what",
                    ),
                ),
                (
                    "rating",
                    models.SmallIntegerField(
                        blank=True,
                        help_text="From 0, of no use, to 3, the very answer.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(3),
                        ],
                        verbose_name="rating",
                    ),
                ),
                (
                    "rank",
                    models.IntegerField(
                        help_text="Among the hits, from 1.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="place",
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
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="assistant_embeddings.searchrecord",
                        verbose_name="search",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a search",
                "verbose_name_plural": "events of searches",
                "db_table": "search_events",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("record", "source", "chunk", "kind"),
                        name="search_events_record_id_source_chunk_kind_key",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "opened"), ("rating", None)),
                            models.Q(
                                ("kind", "rated"),
                                ("rating__isnull", False),
                                ("rating__range", (0, 3)),
                            ),
                            _connector="OR",
                        ),
                        name="search_events_rating_check",
                        violation_error_message="What is opened has no rating; what is rated has one from 0 to 3.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rank__gte", 1)),
                        name="search_events_rank_check",
                        violation_error_message="Places are counted from 1.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchEvaluation",
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
                        help_text="Of the questions.",
                        max_length=255,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="name",
                    ),
                ),
                (
                    "queries",
                    models.IntegerField(
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="questions",
                    ),
                ),
                (
                    "depth",
                    models.IntegerField(
                        help_text="How many hits of each search were looked at.",
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="depth",
                    ),
                ),
                (
                    "embedding_model_name",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="As it was then.",
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="embedding model's name",
                    ),
                ),
                (
                    "figures",
                    assistant.db.fields.JSONObjectField(
                        blank=True,
                        db_default={},
                        default=dict,
                        help_text="Of each mode.",
                        verbose_name="figures",
                    ),
                ),
                (
                    "per_query",
                    assistant.db.fields.JSONObjectField(
                        blank=True,
                        db_default={},
                        default=dict,
                        help_text="Of each question and mode.",
                        verbose_name="figures by question",
                    ),
                ),
                (
                    "parameters",
                    assistant.db.fields.JSONObjectField(
                        blank=True,
                        db_default={},
                        default=dict,
                        help_text="What was searched with.",
                        verbose_name="parameters",
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
                    "embedding_model",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="search_evaluations",
                        to="assistant_embeddings.embeddingmodel",
                        verbose_name="embedding model",
                    ),
                ),
            ],
            options={
                "verbose_name": "evaluation of search",
                "verbose_name_plural": "evaluations of search",
                "db_table": "search_evaluations",
                "indexes": [
                    assistant.db.indexes.Index(
                        fields=["-created_at"], name="idx_search_evaluations_created_at"
                    ),
                    assistant.db.indexes.Index(
                        fields=["name", "-created_at"], name="idx_search_evaluations_name"
                    ),
                    assistant.db.indexes.Index(
                        fields=["embedding_model"], name="idx_search_evaluations_model_id"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("queries__gte", 0)),
                        name="search_evaluations_queries_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("depth__gte", 0)),
                        name="search_evaluations_depth_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            assistant.db.expressions.JSONTypeOf("figures"), models.Value("object")
                        ),
                        name="search_evaluations_figures_check",
                        violation_error_message="A JSON object is expected, such as {}.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            assistant.db.expressions.JSONTypeOf("per_query"), models.Value("object")
                        ),
                        name="search_evaluations_per_query_check",
                        violation_error_message="A JSON object is expected, such as {}.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            assistant.db.expressions.JSONTypeOf("parameters"),
                            models.Value("object"),
                        ),
                        name="search_evaluations_parameters_check",
                        violation_error_message="A JSON object is expected, such as {}.",
                    ),
                ],
            },
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="SearchRecord",
            name="user",
            on_delete="CASCADE",
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="SearchRecord",
            name="embedding_model",
            on_delete="SET NULL",
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="SearchEvent",
            name="record",
            on_delete="CASCADE",
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="SearchEvaluation",
            name="embedding_model",
            on_delete="SET NULL",
        ),
    ]
