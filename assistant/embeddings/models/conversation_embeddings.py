"""Embeddings of conversations."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from assistant.db.constraints import json_object_check, not_negative_check
from assistant.db.fields import JSONObjectField, SearchVectorField, TimestampField
from assistant.db.indexes import GinIndex, Index
from assistant.db.models import UUIDModel
from assistant.db.validators import validate_no_nul
from assistant.embeddings.models.embedding_models import EmbeddingModel
from assistant.embeddings.querysets import ConversationEmbeddingQuerySet


class ConversationEmbedding(UUIDModel):
    """The vector of one chunk of a conversation: of a message, a file or something else."""

    conversation = models.ForeignKey(
        "assistant_conversations.Conversation",
        on_delete=models.CASCADE,
        verbose_name=_("conversation"),
        related_name="embeddings",
        db_constraint=False,  # the migration adds it, with ON DELETE CASCADE
        db_index=False,
    )
    message = models.ForeignKey(
        "assistant_conversations.Message",
        on_delete=models.CASCADE,
        verbose_name=_("message"),
        related_name="embeddings",
        blank=True,
        null=True,
        db_constraint=False,  # the migration adds it, with ON DELETE CASCADE
        db_index=False,
    )
    content_hash = models.CharField(_("content hash"), max_length=64, validators=[validate_no_nul])
    embedding_vector = VectorField(_("embedding"))
    chunk_text = models.TextField(_("text"), validators=[validate_no_nul])
    chunk_index = models.IntegerField(
        _("chunk"), default=0, db_default=0, validators=[MinValueValidator(0)]
    )
    created_at = TimestampField(_("created at"), editable=False)
    source_type = models.CharField(
        _("source"),
        max_length=50,
        default="message",
        db_default="message",
        validators=[validate_no_nul],
        help_text=_("What was embedded: message, file, …"),
    )
    metadata = JSONObjectField(_("metadata"), db_default={})
    # blank: the database fills in the default model.
    embedding_model = models.ForeignKey(
        EmbeddingModel,
        on_delete=models.PROTECT,
        verbose_name=_("embedding model"),
        related_name="conversation_embeddings",
        blank=True,
        db_constraint=False,  # the migration adds it
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,  # goes with its conversation
        verbose_name=_("user"),
        related_name="+",
        blank=True,
        null=True,
        editable=False,
        db_constraint=False,  # a trigger keeps it as the conversation's
        db_index=False,
    )
    start_offset = models.IntegerField(
        _("start"),
        blank=True,
        null=True,
        validators=[MinValueValidator(0)],
        help_text=_("Where it begins in the message's content, in characters."),
    )
    end_offset = models.IntegerField(
        _("end"),
        blank=True,
        null=True,
        validators=[MinValueValidator(0)],
        help_text=_("Where it ends: the place of the first character after it."),
    )
    chunk_search = SearchVectorField(_("search vector"))
    chunk_identifiers = SearchVectorField(_("identifiers"), null=True)

    objects = ConversationEmbeddingQuerySet.as_manager()

    class Meta:
        db_table = "conversation_embeddings"
        verbose_name = _("conversation embedding")
        verbose_name_plural = _("conversation embeddings")
        indexes = [
            # A conversation's chunks; the cascade from conversations.
            Index(fields=["conversation"], name="idx_conversation_embeddings_conversation_id"),
            # A message's chunks; the cascade from messages.
            Index(fields=["message"], name="idx_conversation_embeddings_message_id"),
            # Is this text embedded already?
            Index(fields=["content_hash"], name="idx_conversation_embeddings_content_hash"),
            # The admin's list filtered by source.
            Index(fields=["source_type"], name="idx_conversation_embeddings_source_type"),
            # The rows of one model: before it is deleted or its dimension is changed.
            Index(fields=["embedding_model"], name="idx_conversation_embeddings_model_id"),
            # What a user finds of a model's.
            Index(
                fields=["embedding_model", "user"], name="idx_conversation_embeddings_model_user"
            ),
            # Passages that hold an identifier, or a part of one: chunk_identifiers @@ query
            GinIndex(
                models.F("chunk_identifiers"),
                condition=models.Q(chunk_identifiers__isnull=False),
                name="idx_conversation_embeddings_identifiers",
            ),
        ]
        constraints = [
            not_negative_check("chunk_index", name="conversation_embeddings_chunk_index_check"),
            json_object_check("metadata", name="conversation_embeddings_metadata_check"),
            models.CheckConstraint(
                condition=models.Q(start_offset__gte=0, end_offset__gte=models.F("start_offset")),
                name="conversation_embeddings_offsets_check",
                violation_error_message=_("A chunk starts at 0 or later and ends after its start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_type} chunk {self.chunk_index} of {self.conversation_id}"
