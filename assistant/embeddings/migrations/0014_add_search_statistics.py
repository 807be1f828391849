"""Add what ranking by words needs to know of all passages."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import assistant.db.expressions
import assistant.db.fields


# squawk-ignore prefer-bigint-over-int: a statement writes fewer passages.
# squawk-ignore prefer-text-field: as the other columns of choices are.
class Migration(migrations.Migration):
    dependencies = [
        ("assistant_embeddings", "0013_create_search_query"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversationembedding",
            name="chunk_identifiers",
            field=assistant.db.fields.SearchVectorField(null=True, verbose_name="identifiers"),
        ),
        migrations.AddField(
            model_name="knowledgechunk",
            name="chunk_identifiers",
            field=assistant.db.fields.SearchVectorField(null=True, verbose_name="identifiers"),
        ),
        migrations.CreateModel(
            name="SearchChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "source",
                    models.CharField(
                        choices=[("messages", "messages"), ("documents", "documents")],
                        max_length=20,
                        verbose_name="source",
                    ),
                ),
                ("passages", models.IntegerField(verbose_name="passages")),
                ("bytes", models.BigIntegerField(verbose_name="bytes")),
                (
                    "lexemes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None, verbose_name="lexemes"
                    ),
                ),
                (
                    "counts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None, verbose_name="counts"
                    ),
                ),
                (
                    "embedding_model",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assistant_embeddings.embeddingmodel",
                        verbose_name="embedding model",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of search statistics",
                "verbose_name_plural": "changes of search statistics",
                "db_table": "search_changes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["messages", "documents"])),
                        name="search_changes_source_check",
                        violation_error_message="The source is one of messages and documents.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchLexeme",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "source",
                    models.CharField(
                        choices=[("messages", "messages"), ("documents", "documents")],
                        max_length=20,
                        verbose_name="source",
                    ),
                ),
                ("lexeme", models.TextField(db_collation="C", verbose_name="lexeme")),
                ("passages", models.BigIntegerField(verbose_name="passages")),
                (
                    "embedding_model",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assistant_embeddings.embeddingmodel",
                        verbose_name="embedding model",
                    ),
                ),
            ],
            options={
                "verbose_name": "search lexeme",
                "verbose_name_plural": "search lexemes",
                "db_table": "search_lexemes",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("embedding_model", "source", "lexeme"),
                        name="search_lexemes_model_id_source_lexeme_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["messages", "documents"])),
                        name="search_lexemes_source_check",
                        violation_error_message="The source is one of messages and documents.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("passages__gte", 0)),
                        name="search_lexemes_passages_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchStatistics",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "source",
                    models.CharField(
                        choices=[("messages", "messages"), ("documents", "documents")],
                        max_length=20,
                        verbose_name="source",
                    ),
                ),
                ("passages", models.BigIntegerField(verbose_name="passages")),
                (
                    "bytes",
                    models.BigIntegerField(
                        help_text="Of all their texts together.", verbose_name="bytes"
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
                    "embedding_model",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assistant_embeddings.embeddingmodel",
                        verbose_name="embedding model",
                    ),
                ),
            ],
            options={
                "verbose_name": "search statistics",
                "verbose_name_plural": "search statistics",
                "db_table": "search_statistics",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("embedding_model", "source"),
                        name="search_statistics_model_id_source_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["messages", "documents"])),
                        name="search_statistics_source_check",
                        violation_error_message="The source is one of messages and documents.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("passages__gte", 0)),
                        name="search_statistics_passages_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bytes__gte", 0)),
                        name="search_statistics_bytes_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                ],
            },
        ),
    ]
