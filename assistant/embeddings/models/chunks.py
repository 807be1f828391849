"""The passages of documents."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from assistant.db.constraints import not_negative_check
from assistant.db.fields import SearchVectorField, TimestampField
from assistant.db.indexes import GinIndex, Index
from assistant.db.models import UUIDModel
from assistant.db.validators import validate_no_nul
from assistant.embeddings.models.embedding_models import EmbeddingModel
from assistant.embeddings.models.knowledge import KnowledgeDocument
from assistant.embeddings.querysets import KnowledgeChunkQuerySet


class KnowledgeChunk(UUIDModel):
    """A passage of a document, as one embedding model's splitter made it, and its vector."""

    document = models.ForeignKey(
        KnowledgeDocument,
        on_delete=models.CASCADE,
        verbose_name=_("document"),
        related_name="chunks",
        db_constraint=False,  # the migration adds it, with ON DELETE CASCADE
        db_index=False,
    )
    # blank: the database fills in the default model.
    embedding_model = models.ForeignKey(
        EmbeddingModel,
        on_delete=models.PROTECT,
        verbose_name=_("embedding model"),
        related_name="knowledge_chunks",
        blank=True,
        db_constraint=False,  # the migration adds it
        db_index=False,
    )
    chunk_index = models.IntegerField(
        _("chunk"), default=0, db_default=0, validators=[MinValueValidator(0)]
    )
    chunk_text = models.TextField(_("text"), validators=[validate_no_nul])
    content_hash = models.CharField(_("content hash"), max_length=64, validators=[validate_no_nul])
    start_offset = models.IntegerField(
        _("start"),
        validators=[MinValueValidator(0)],
        help_text=_("Where it begins in the document's content, in characters."),
    )
    end_offset = models.IntegerField(
        _("end"),
        validators=[MinValueValidator(0)],
        help_text=_("Where it ends: the place of the first character after it."),
    )
    embedding_vector = VectorField(_("embedding"), blank=True, null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,  # goes with its document
        verbose_name=_("owner"),
        related_name="+",
        blank=True,
        null=True,
        editable=False,
        db_constraint=False,  # a trigger keeps it as the document's
        db_index=False,
    )
    created_at = TimestampField(_("created at"), editable=False)
    chunk_search = SearchVectorField(_("search vector"))
    chunk_identifiers = SearchVectorField(_("identifiers"), null=True)

    objects = KnowledgeChunkQuerySet.as_manager()

    class Meta:
        db_table = "knowledge_chunks"
        verbose_name = _("knowledge chunk")
        verbose_name_plural = _("knowledge chunks")
        indexes = [
            # Has this text a vector of the model already?
            Index(
                fields=["content_hash", "embedding_model"],
                name="idx_knowledge_chunks_content_hash",
            ),
            # What a user finds of a model's: the owner's, and what is shared.
            Index(fields=["embedding_model", "owner"], name="idx_knowledge_chunks_model_owner"),
            # Passages that hold an identifier, or a part of one: chunk_identifiers @@ query
            GinIndex(
                models.F("chunk_identifiers"),
                condition=models.Q(chunk_identifiers__isnull=False),
                name="idx_knowledge_chunks_identifiers",
            ),
        ]
        constraints = [
            # A document's chunks in order; the cascade from documents.
            models.UniqueConstraint(
                fields=["document", "embedding_model", "chunk_index"],
                name="knowledge_chunks_document_id_model_id_chunk_index_key",
            ),
            not_negative_check("chunk_index", name="knowledge_chunks_chunk_index_check"),
            models.CheckConstraint(
                condition=models.Q(start_offset__gte=0, end_offset__gte=models.F("start_offset")),
                name="knowledge_chunks_offsets_check",
                violation_error_message=_("A chunk starts at 0 or later and ends after its start."),
            ),
        ]

    def __str__(self) -> str:
        return f"Chunk {self.chunk_index} of {self.document_id}"
