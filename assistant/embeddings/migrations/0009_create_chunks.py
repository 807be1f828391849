"""Create the chunks of documents and the queue."""

import django.core.validators
import django.db.models.deletion
import pgvector.django.vector
from django.conf import settings
from django.db import migrations, models

import assistant.db.expressions
import assistant.db.fields
import assistant.db.indexes
import assistant.db.operations.foreign_keys
import assistant.db.validators


# squawk-ignore prefer-bigint-over-int: a document has fewer characters, and fewer chunks.
# squawk-ignore prefer-text-field: as the other columns of hashes are.
class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("assistant_conversations", "0005_index_searches"),
        ("assistant_embeddings", "0008_add_embedding_backends"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnowledgeChunk",
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
                    "chunk_index",
                    models.IntegerField(
                        db_default=0,
                        default=0,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="chunk",
                    ),
                ),
                (
                    "chunk_text",
                    models.TextField(
                        validators=[assistant.db.validators.validate_no_nul], verbose_name="text"
                    ),
                ),
                (
                    "content_hash",
                    models.CharField(
                        max_length=64,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="content hash",
                    ),
                ),
                (
                    "start_offset",
                    models.IntegerField(
                        help_text="Where it begins in the document's content, in characters.",
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="start",
                    ),
                ),
                (
                    "end_offset",
                    models.IntegerField(
                        help_text="Where it ends: the place of the first character after it.",
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="end",
                    ),
                ),
                (
                    "embedding_vector",
                    pgvector.django.vector.VectorField(
                        blank=True, null=True, verbose_name="embedding"
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
                    "chunk_search",
                    assistant.db.fields.SearchVectorField(verbose_name="search vector"),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="assistant_embeddings.knowledgedocument",
                        verbose_name="document",
                    ),
                ),
                (
                    "embedding_model",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="knowledge_chunks",
                        to="assistant_embeddings.embeddingmodel",
                        verbose_name="embedding model",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "knowledge chunk",
                "verbose_name_plural": "knowledge chunks",
                "db_table": "knowledge_chunks",
                "indexes": [
                    assistant.db.indexes.Index(
                        fields=["content_hash", "embedding_model"],
                        name="idx_knowledge_chunks_content_hash",
                    ),
                    assistant.db.indexes.Index(
                        fields=["embedding_model", "owner"], name="idx_knowledge_chunks_model_owner"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("document", "embedding_model", "chunk_index"),
                        name="knowledge_chunks_document_id_model_id_chunk_index_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("chunk_index__gte", 0)),
                        name="knowledge_chunks_chunk_index_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_offset__gte", models.F("start_offset")), ("start_offset__gte", 0)
                        ),
                        name="knowledge_chunks_offsets_check",
                        violation_error_message="A chunk starts at 0 or later and ends after its start.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EmbeddingQueueItem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "version",
                    models.BigIntegerField(
                        db_default=1,
                        default=1,
                        help_text="How often the content has changed since it was last embedded.",
                        verbose_name="version",
                    ),
                ),
                (
                    "attempts",
                    models.IntegerField(
                        db_default=0,
                        default=0,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="attempts",
                    ),
                ),
                (
                    "run_after",
                    assistant.db.fields.TimestampField(
                        blank=True,
                        db_default=assistant.db.expressions.TransactionNow(),
                        help_text="No worker takes it before: a lease, or a pause after a failure.",
                        verbose_name="run after",
                    ),
                ),
                ("locked_at", models.DateTimeField(blank=True, null=True, verbose_name="taken at")),
                (
                    "failed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="failed at"),
                ),
                (
                    "last_error",
                    models.TextField(
                        blank=True,
                        null=True,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="last error",
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
                    "document",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assistant_embeddings.knowledgedocument",
                        verbose_name="document",
                    ),
                ),
                (
                    "embedding_model",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="queue",
                        to="assistant_embeddings.embeddingmodel",
                        verbose_name="embedding model",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="assistant_conversations.message",
                        verbose_name="message",
                    ),
                ),
            ],
            options={
                "verbose_name": "queued text",
                "verbose_name_plural": "embedding queue",
                "db_table": "embedding_queue",
                "indexes": [
                    assistant.db.indexes.Index(
                        condition=models.Q(("failed_at", None)),
                        fields=["embedding_model", "run_after", "id"],
                        name="idx_embedding_queue_next",
                    ),
                    assistant.db.indexes.Index(
                        condition=models.Q(("failed_at__isnull", False)),
                        fields=["-failed_at"],
                        name="idx_embedding_queue_failed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("message__isnull", False)),
                        fields=("message", "embedding_model"),
                        name="embedding_queue_message_id_key",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("document__isnull", False)),
                        fields=("document", "embedding_model"),
                        name="embedding_queue_document_id_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document__isnull", False), ("message", None)),
                            models.Q(("document", None), ("message__isnull", False)),
                            _connector="OR",
                        ),
                        name="embedding_queue_source_check",
                        violation_error_message="Either a message or a document is queued.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attempts__gte", 0)),
                        name="embedding_queue_attempts_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                ],
            },
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="KnowledgeChunk",
            name="document",
            on_delete="CASCADE",
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="KnowledgeChunk",
            name="embedding_model",
            on_delete="NO ACTION",
        ),
    ]
