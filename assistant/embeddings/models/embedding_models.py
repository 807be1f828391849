"""Embedding models."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.db.fields import TimestampField
from assistant.db.indexes import Index
from assistant.db.models import UUIDModel
from assistant.db.validators import validate_no_nul

# The most that pgvector's vector type holds.
MAX_DIMENSION = 16_000


class EmbeddingModel(UUIDModel):
    """A model that turns text into vectors of one dimension."""

    name = models.CharField(_("name"), max_length=255, validators=[validate_no_nul])
    model_path = models.TextField(
        _("model path"),
        blank=True,
        null=True,
        validators=[validate_no_nul],
        help_text=_("A local folder that holds the model's files."),
    )
    dimension = models.IntegerField(
        _("dimension"), validators=[MinValueValidator(1), MaxValueValidator(MAX_DIMENSION)]
    )
    description = models.TextField(
        _("description"), blank=True, null=True, validators=[validate_no_nul]
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    created_at = TimestampField(_("created at"), editable=False)
    is_default = models.BooleanField(
        _("default"),
        default=False,
        db_default=False,
        help_text=_("Vectors that name no model are this model's. At most one is the default."),
    )

    class Meta:
        db_table = "embedding_models"
        verbose_name = _("embedding model")
        verbose_name_plural = _("embedding models")
        indexes = [
            # Models in use: WHERE is_active
            Index(fields=["is_active"], name="idx_embedding_models_active"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="embedding_models_name_key",
                violation_error_code="unique",
                violation_error_message=_("An embedding model with that name already exists."),
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                name="embedding_models_is_default_key",
                condition=models.Q(is_default=True),
                violation_error_code="unique",
                violation_error_message=_("Another embedding model is the default."),
            ),
            models.CheckConstraint(
                condition=models.Q(dimension__range=(1, MAX_DIMENSION)),
                name="embedding_models_dimension_check",
                violation_error_message=_("A dimension is between 1 and 16,000."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
