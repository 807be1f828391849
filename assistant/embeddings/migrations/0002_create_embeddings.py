"""Create embedding models, embeddings and the knowledge base."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.lookups
import pgvector.django.vector
from django.db import migrations, models

import assistant.db.expressions
import assistant.db.fields
import assistant.db.indexes
import assistant.db.operations.foreign_keys
import assistant.db.validators


class Migration(migrations.Migration):
    dependencies = [
        ("assistant_conversations", "0001_create_conversations"),
        ("assistant_embeddings", "0001_create_extension"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmbeddingModel",
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
                        blank=True,
                        help_text="A local folder that holds the model's files.",
                        null=True,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="model path",
                    ),
                ),
                (
                    "dimension",
                    models.IntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(16000),
                        ],
                        verbose_name="dimension",
                    ),
                ),
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
                    "is_default",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Vectors that name no model are this model's. At most one is the default.",
                        verbose_name="default",
                    ),
                ),
            ],
            options={
                "verbose_name": "embedding model",
                "verbose_name_plural": "embedding models",
                "db_table": "embedding_models",
                "indexes": [
                    assistant.db.indexes.Index(
                        fields=["is_active"], name="idx_embedding_models_active"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name",),
                        name="embedding_models_name_key",
                        violation_error_code="unique",
                        violation_error_message="An embedding model with that name already exists.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("is_default",),
                        name="embedding_models_is_default_key",
                        violation_error_code="unique",
                        violation_error_message="Another embedding model is the default.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("dimension__range", (1, 16000))),
                        name="embedding_models_dimension_check",
                        violation_error_message="A dimension is between 1 and 16,000.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConversationEmbedding",
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
                        related_name="embeddings",
                        to="assistant_conversations.conversation",
                        verbose_name="conversation",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="embeddings",
                        to="assistant_conversations.message",
                        verbose_name="message",
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
                ("embedding_vector", pgvector.django.vector.VectorField(verbose_name="embedding")),
                (
                    "chunk_text",
                    models.TextField(
                        validators=[assistant.db.validators.validate_no_nul], verbose_name="text"
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
                    "created_at",
                    assistant.db.fields.TimestampField(
                        blank=True,
                        db_default=assistant.db.expressions.TransactionNow(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "source_type",
                    models.CharField(
                        db_default="message",
                        default="message",
                        help_text="What was embedded: message, file, …",
                        max_length=50,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="source",
                    ),
                ),
                (
                    "metadata",
                    assistant.db.fields.JSONObjectField(
                        blank=True, db_default={}, default=dict, verbose_name="metadata"
                    ),
                ),
                (
                    "embedding_model",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conversation_embeddings",
                        to="assistant_embeddings.embeddingmodel",
                        verbose_name="embedding model",
                    ),
                ),
                (
                    "chunk_search",
                    assistant.db.fields.SearchVectorField(verbose_name="search vector"),
                ),
            ],
            options={
                "verbose_name": "conversation embedding",
                "verbose_name_plural": "conversation embeddings",
                "db_table": "conversation_embeddings",
                "indexes": [
                    assistant.db.indexes.Index(
                        fields=["conversation"], name="idx_conversation_embeddings_conversation_id"
                    ),
                    assistant.db.indexes.Index(
                        fields=["message"], name="idx_conversation_embeddings_message_id"
                    ),
                    assistant.db.indexes.Index(
                        fields=["content_hash"], name="idx_conversation_embeddings_content_hash"
                    ),
                    assistant.db.indexes.Index(
                        fields=["source_type"], name="idx_conversation_embeddings_source_type"
                    ),
                    assistant.db.indexes.Index(
                        fields=["embedding_model"], name="idx_conversation_embeddings_model_id"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("chunk_index__gte", 0)),
                        name="conversation_embeddings_chunk_index_check",
                        violation_error_message="Negative numbers are not allowed.",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            assistant.db.expressions.JSONTypeOf("metadata"), models.Value("object")
                        ),
                        name="conversation_embeddings_metadata_check",
                        violation_error_message="A JSON object is expected, such as {}.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KnowledgeDocument",
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
                    "title",
                    models.CharField(
                        max_length=500,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="title",
                    ),
                ),
                (
                    "content",
                    models.TextField(
                        validators=[assistant.db.validators.validate_no_nul], verbose_name="content"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        help_text="Where it came from: a file's path, a URL, …",
                        max_length=500,
                        null=True,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="source",
                    ),
                ),
                (
                    "content_type",
                    models.CharField(
                        db_default="text",
                        default="text",
                        max_length=100,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="content type",
                    ),
                ),
                (
                    "file_hash",
                    models.CharField(
                        blank=True,
                        max_length=64,
                        null=True,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="file hash",
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            validators=[assistant.db.validators.validate_no_nul]
                        ),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                        verbose_name="tags",
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
                    "updated_at",
                    assistant.db.fields.TimestampField(
                        blank=True,
                        db_default=assistant.db.expressions.TransactionNow(),
                        editable=False,
                        verbose_name="updated at",
                    ),
                ),
                (
                    "file_size",
                    models.IntegerField(
                        blank=True,
                        help_text="In bytes.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="file size",
                    ),
                ),
                (
                    "file_extension",
                    models.CharField(
                        blank=True,
                        max_length=50,
                        null=True,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="file extension",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        max_length=50,
                        null=True,
                        validators=[assistant.db.validators.validate_no_nul],
                        verbose_name="language",
                    ),
                ),
                (
                    "embedding_model",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="The model of the document's vector; the default model unless named.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="knowledge_documents",
                        to="assistant_embeddings.embeddingmodel",
                        verbose_name="embedding model",
                    ),
                ),
                (
                    "content_search",
                    assistant.db.fields.SearchVectorField(verbose_name="search vector"),
                ),
            ],
            options={
                "verbose_name": "knowledge document",
                "verbose_name_plural": "knowledge documents",
                "db_table": "knowledge_base",
                "indexes": [
                    assistant.db.indexes.Index(
                        fields=["content_type"], name="idx_knowledge_base_content_type"
                    ),
                    assistant.db.indexes.GinIndex(fields=["tags"], name="idx_knowledge_base_tags"),
                    assistant.db.indexes.Index(
                        fields=["file_hash"], name="idx_knowledge_base_file_hash"
                    ),
                    assistant.db.indexes.Index(
                        fields=["language"], name="idx_knowledge_base_language"
                    ),
                    assistant.db.indexes.Index(
                        fields=["embedding_model"], name="idx_knowledge_base_model_id"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("file_size__gte", 0)),
                        name="knowledge_base_file_size_check",
                        violation_error_message="Negative numbers are not allowed.",
                    )
                ],
            },
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="ConversationEmbedding",
            name="conversation",
            on_delete="CASCADE",
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="ConversationEmbedding",
            name="message",
            on_delete="CASCADE",
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="ConversationEmbedding",
            name="embedding_model",
            on_delete="NO ACTION",
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="KnowledgeDocument",
            name="embedding_model",
            on_delete="NO ACTION",
        ),
    ]
