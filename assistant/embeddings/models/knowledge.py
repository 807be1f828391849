"""The knowledge base."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from assistant.db.constraints import not_negative_check
from assistant.db.fields import SearchVectorField, TimestampField
from assistant.db.indexes import GinIndex, Index, PrefixIndex
from assistant.db.models import UUIDModel
from assistant.db.search import FullTextQuerySet
from assistant.db.validators import validate_no_nul
from assistant.embeddings.models.embedding_models import EmbeddingModel


class KnowledgeDocumentQuerySet(FullTextQuerySet):
    """Filters of documents."""

    search_vector = models.F("content_search")


class KnowledgeDocument(UUIDModel):
    """A document of the knowledge base."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    title = models.CharField(_("title"), max_length=500, validators=[validate_no_nul])
    content = models.TextField(_("content"), validators=[validate_no_nul])
    source = models.CharField(
        _("source"),
        max_length=500,
        blank=True,
        null=True,
        validators=[validate_no_nul],
        help_text=_("Where it came from: a file's path, a URL, …"),
    )
    content_type = models.CharField(
        _("content type"),
        max_length=100,
        default="text",
        db_default="text",
        validators=[validate_no_nul],
    )
    file_hash = models.CharField(
        _("file hash"), max_length=64, blank=True, null=True, validators=[validate_no_nul]
    )
    tags = ArrayField(
        models.TextField(validators=[validate_no_nul]),
        verbose_name=_("tags"),
        default=list,
        db_default=[],
        blank=True,
    )
    embedding_vector = VectorField(_("embedding"), blank=True, null=True)
    created_at = TimestampField(_("created at"), editable=False)
    updated_at = TimestampField(_("updated at"), editable=False)
    file_size = models.IntegerField(
        _("file size"),
        blank=True,
        null=True,
        validators=[MinValueValidator(0)],
        help_text=_("In bytes."),
    )
    file_extension = models.CharField(
        _("file extension"), max_length=50, blank=True, null=True, validators=[validate_no_nul]
    )
    language = models.CharField(
        _("language"), max_length=50, blank=True, null=True, validators=[validate_no_nul]
    )
    embedding_model = models.ForeignKey(
        EmbeddingModel,
        on_delete=models.PROTECT,
        verbose_name=_("embedding model"),
        related_name="knowledge_documents",
        blank=True,
        null=True,
        db_constraint=False,  # the migration adds it
        db_index=False,
        help_text=_("The model of the document's vector; the default model unless named."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        verbose_name=_("owner"),
        related_name="assistant_documents",
        related_query_name="assistant_document",
        blank=True,
        null=True,
        db_constraint=False,  # the migration adds it, with ON DELETE CASCADE
        db_index=False,
        help_text=_("Who alone finds it; without an owner everybody does."),
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=Status,
        default=Status.PENDING,
        db_default=Status.PENDING,
        editable=False,
        help_text=_("Whether searches find it by the default embedding model."),
    )
    last_error = models.TextField(
        _("last error"), blank=True, null=True, editable=False, validators=[validate_no_nul]
    )
    content_search = SearchVectorField(_("search vector"))

    objects = KnowledgeDocumentQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_base"
        verbose_name = _("knowledge document")
        verbose_name_plural = _("knowledge documents")
        indexes = [
            # The admin's list filtered by kind of content.
            Index(fields=["content_type"], name="idx_knowledge_base_content_type"),
            # tags @> ARRAY[…]
            GinIndex(fields=["tags"], name="idx_knowledge_base_tags"),
            # Is this file here already?
            Index(fields=["file_hash"], name="idx_knowledge_base_file_hash"),
            # The admin's list filtered by language.
            Index(fields=["language"], name="idx_knowledge_base_language"),
            # The rows of one model: before it is deleted or its dimension is changed.
            Index(fields=["embedding_model"], name="idx_knowledge_base_model_id"),
            # The admin's list: latest change first.
            Index(fields=["-updated_at"], name="idx_knowledge_base_updated_at"),
            # The beginning of a title: UPPER(title) LIKE …
            PrefixIndex("title", name="idx_knowledge_base_title_prefix"),
            # The document of a file: source = path
            Index(fields=["source"], name="idx_knowledge_base_source"),
            # A user's documents; the cascade from users.
            Index(fields=["owner"], name="idx_knowledge_base_owner_id"),
            # The admin's list filtered by state.
            Index(fields=["status"], name="idx_knowledge_base_status"),
        ]
        constraints = [
            not_negative_check("file_size", name="knowledge_base_file_size_check"),
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "ready", "failed"]),
                name="knowledge_base_status_check",
                violation_error_message=_("The status is one of pending, ready and failed."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
