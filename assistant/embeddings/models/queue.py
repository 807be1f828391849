"""What waits to be embedded."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.db.constraints import not_negative_check
from assistant.db.fields import TimestampField
from assistant.db.indexes import Index
from assistant.db.validators import validate_no_nul
from assistant.embeddings.models.embedding_models import EmbeddingModel
from assistant.embeddings.models.knowledge import KnowledgeDocument


class EmbeddingQueueQuerySet(models.QuerySet["EmbeddingQueueItem"]):
    """Filters of the queue."""

    def waiting(self) -> "EmbeddingQueueQuerySet":
        """Keep what workers will take, now or later."""
        return self.filter(failed_at=None)

    def failed(self) -> "EmbeddingQueueQuerySet":
        """Keep what is tried no more until somebody says so."""
        return self.filter(failed_at__isnull=False)


class EmbeddingQueueItem(models.Model):
    """A message or document whose content is new or changed for an embedding model.

    Triggers write the rows, whoever writes the texts; workers take them. There are no foreign
    keys, which would cost every message a lookup; triggers delete what goes.
    """

    id = models.BigAutoField(primary_key=True)
    embedding_model = models.ForeignKey(
        EmbeddingModel,
        on_delete=models.DO_NOTHING,  # a trigger deletes the rows
        verbose_name=_("embedding model"),
        related_name="queue",
        db_constraint=False,
        db_index=False,
    )
    message = models.ForeignKey(
        "assistant_conversations.Message",
        on_delete=models.DO_NOTHING,  # a trigger deletes the row
        verbose_name=_("message"),
        related_name="+",
        blank=True,
        null=True,
        db_constraint=False,
        db_index=False,
    )
    document = models.ForeignKey(
        KnowledgeDocument,
        on_delete=models.DO_NOTHING,  # a trigger deletes the row
        verbose_name=_("document"),
        related_name="+",
        blank=True,
        null=True,
        db_constraint=False,
        db_index=False,
    )
    version = models.BigIntegerField(
        _("version"),
        default=1,
        db_default=1,
        help_text=_("How often the content has changed since it was last embedded."),
    )
    attempts = models.IntegerField(
        _("attempts"), default=0, db_default=0, validators=[MinValueValidator(0)]
    )
    run_after = TimestampField(
        _("run after"),
        help_text=_("No worker takes it before: a lease, or a pause after a failure."),
    )
    locked_at = models.DateTimeField(_("taken at"), blank=True, null=True)
    failed_at = models.DateTimeField(_("failed at"), blank=True, null=True)
    last_error = models.TextField(
        _("last error"), blank=True, null=True, validators=[validate_no_nul]
    )
    created_at = TimestampField(_("created at"), editable=False)

    objects = EmbeddingQueueQuerySet.as_manager()

    class Meta:
        db_table = "embedding_queue"
        verbose_name = _("queued text")
        verbose_name_plural = _("embedding queue")
        indexes = [
            # The next rows of a model: WHERE run_after <= now() ORDER BY run_after, id
            Index(
                fields=["embedding_model", "run_after", "id"],
                name="idx_embedding_queue_next",
                condition=models.Q(failed_at=None),
            ),
            # What has failed, latest first.
            Index(
                fields=["-failed_at"],
                name="idx_embedding_queue_failed",
                condition=models.Q(failed_at__isnull=False),
            ),
        ]
        constraints = [
            # A message's rows: its change, its deletion, whether a hit is stale.
            models.UniqueConstraint(
                fields=["message", "embedding_model"],
                name="embedding_queue_message_id_key",
                condition=models.Q(message__isnull=False),
            ),
            # A document's rows, likewise.
            models.UniqueConstraint(
                fields=["document", "embedding_model"],
                name="embedding_queue_document_id_key",
                condition=models.Q(document__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(message=None, document__isnull=False)
                | models.Q(message__isnull=False, document=None),
                name="embedding_queue_source_check",
                violation_error_message=_("Either a message or a document is queued."),
            ),
            not_negative_check("attempts", name="embedding_queue_attempts_check"),
        ]

    def __str__(self) -> str:
        source = f"message {self.message_id}" if self.message_id else f"document {self.document_id}"
        return f"{source} for model {self.embedding_model_id}"
