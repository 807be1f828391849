"""Add the backends of models, the owners of documents, and whose embeddings are."""

import django.core.validators
import django.db.models.deletion
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import assistant.db.expressions
import assistant.db.fields
import assistant.db.operations.foreign_keys
import assistant.db.validators


# squawk-ignore prefer-bigint-over-int: a message has fewer characters than that.
# squawk-ignore prefer-text-field: as the other columns of names and choices are.
# squawk-ignore constraint-missing-not-valid: the columns are new, so nothing is long to check.
# squawk-ignore adding-foreign-key-constraint: the column is new, and NULL in every row.
class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("assistant_embeddings", "0007_index_searches"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversationembedding",
            name="end_offset",
            field=models.IntegerField(
                blank=True,
                help_text="Where it ends: the place of the first character after it.",
                null=True,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="end",
            ),
        ),
        migrations.AddField(
            model_name="conversationembedding",
            name="start_offset",
            field=models.IntegerField(
                blank=True,
                help_text="Where it begins in the message's content, in characters.",
                null=True,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="start",
            ),
        ),
        migrations.AddField(
            model_name="conversationembedding",
            name="user",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddField(
            model_name="embeddingmodel",
            name="backend",
            field=models.CharField(
                db_default="fastembed",
                default="fastembed",
                help_text="What computes the vectors: fastembed, sentence_transformers, openai (any compatible server), or the dotted path of a class of your own.",
                max_length=255,
                validators=[assistant.db.validators.validate_no_nul],
                verbose_name="backend",
            ),
        ),
        migrations.AddField(
            model_name="embeddingmodel",
            name="backfilled_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the texts that were there before the model had all been queued.",
                null=True,
                verbose_name="backfilled at",
            ),
        ),
        migrations.AddField(
            model_name="embeddingmodel",
            name="distance",
            field=models.CharField(
                choices=[
                    ("cosine", "cosine distance"),
                    ("l2", "Euclidean distance"),
                    ("ip", "inner product"),
                ],
                db_default="cosine",
                default="cosine",
                max_length=20,
                verbose_name="distance",
            ),
        ),
        migrations.AddField(
            model_name="embeddingmodel",
            name="provider",
            field=assistant.db.fields.JSONObjectField(
                blank=True,
                db_default={},
                default=dict,
                help_text='The backend\'s options, without secrets: a key is given as the name of an environment variable, {"api_key_env": "OPENAI_API_KEY"}.',
                verbose_name="options",
            ),
        ),
        migrations.AddField(
            model_name="embeddingmodel",
            name="status",
            field=models.CharField(
                choices=[("building", "being built"), ("active", "in use"), ("retired", "retired")],
                db_default="active",
                default="active",
                max_length=20,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="knowledgedocument",
            name="last_error",
            field=models.TextField(
                blank=True,
                editable=False,
                null=True,
                validators=[assistant.db.validators.validate_no_nul],
                verbose_name="last error",
            ),
        ),
        migrations.AddField(
            model_name="knowledgedocument",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                help_text="Who alone finds it; without an owner everybody does.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assistant_documents",
                related_query_name="assistant_document",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="knowledgedocument",
            name="status",
            field=models.CharField(
                choices=[("pending", "waiting"), ("ready", "ready"), ("failed", "failed")],
                db_default="pending",
                default="pending",
                editable=False,
                help_text="Whether searches find it by the default embedding model.",
                max_length=20,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="embeddingmodel",
            name="is_active",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Whether new and changed texts are queued for this model.",
                verbose_name="active",
            ),
        ),
        migrations.AlterField(
            model_name="embeddingmodel",
            name="is_default",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Searches use it, and vectors that name no model are its. At most one is the default.",
                verbose_name="default",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationembedding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("end_offset__gte", models.F("start_offset")), ("start_offset__gte", 0)
                ),
                name="conversation_embeddings_offsets_check",
                violation_error_message="A chunk starts at 0 or later and ends after its start.",
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingmodel",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    assistant.db.expressions.JSONTypeOf("provider"), models.Value("object")
                ),
                name="embedding_models_provider_check",
                violation_error_message="A JSON object is expected, such as {}.",
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingmodel",
            constraint=models.CheckConstraint(
                condition=models.Q(("distance__in", ["cosine", "l2", "ip"])),
                name="embedding_models_distance_check",
                violation_error_message="The distance is one of cosine, l2 and ip.",
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingmodel",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["building", "active", "retired"])),
                name="embedding_models_status_check",
                violation_error_message="The status is one of building, active and retired.",
            ),
        ),
        migrations.AddConstraint(
            model_name="knowledgedocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "ready", "failed"])),
                name="knowledge_base_status_check",
                violation_error_message="The status is one of pending, ready and failed.",
            ),
        ),
        assistant.db.operations.foreign_keys.AddForeignKey(
            model_name="KnowledgeDocument",
            name="owner",
            on_delete="CASCADE",
        ),
    ]
