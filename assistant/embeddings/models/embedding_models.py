"""Embedding models."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.db.constraints import json_object_check
from assistant.db.fields import JSONObjectField, TimestampField
from assistant.db.indexes import Index
from assistant.db.models import UUIDModel
from assistant.db.validators import validate_no_nul

# The most that pgvector's vector type holds.
MAX_DIMENSION = 16_000


class EmbeddingModelQuerySet(models.QuerySet[Any]):
    """Filters of embedding models."""

    def live(self) -> "EmbeddingModelQuerySet":
        """Keep those whose vectors are kept in step with the texts."""
        return self.filter(is_active=True).exclude(status=EmbeddingModel.Status.RETIRED)

    def get_default(self) -> Any:
        """Return the one that searches use, or None."""
        return self.filter(is_default=True).first()

    def in_use(self) -> "EmbeddingModelQuerySet":
        """Keep those that every worker works for: the default, and what is not being built."""
        building = models.Q(status=EmbeddingModel.Status.BUILDING, is_default=False)
        return self.live().exclude(building)


class EmbeddingModel(UUIDModel):
    """A model that turns text into vectors of one dimension."""

    class Distance(models.TextChoices):
        COSINE = "cosine", _("cosine distance")
        L2 = "l2", _("Euclidean distance")
        INNER_PRODUCT = "ip", _("inner product")

    class Status(models.TextChoices):
        BUILDING = "building", _("being built")
        ACTIVE = "active", _("in use")
        RETIRED = "retired", _("retired")

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
    is_active = models.BooleanField(
        _("active"),
        default=True,
        db_default=True,
        help_text=_("Whether new and changed texts are queued for this model."),
    )
    created_at = TimestampField(_("created at"), editable=False)
    is_default = models.BooleanField(
        _("default"),
        default=False,
        db_default=False,
        help_text=_(
            "Searches use it, and vectors that name no model are its. At most one is the default."
        ),
    )
    backend = models.CharField(
        _("backend"),
        max_length=255,
        default="fastembed",
        db_default="fastembed",
        validators=[validate_no_nul],
        help_text=_(
            "What computes the vectors: fastembed, sentence_transformers, openai (any compatible "
            "server), or the dotted path of a class of your own."
        ),
    )
    provider = JSONObjectField(
        _("options"),
        db_default={},
        help_text=_(
            "The backend's options, without secrets: a key is given as the name of an environment "
            'variable, {"api_key_env": "OPENAI_API_KEY"}.'
        ),
    )
    distance = models.CharField(
        _("distance"),
        max_length=20,
        choices=Distance,
        default=Distance.COSINE,
        db_default=Distance.COSINE,
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=Status,
        default=Status.ACTIVE,
        db_default=Status.ACTIVE,
    )
    backfilled_at = models.DateTimeField(
        _("backfilled at"),
        blank=True,
        null=True,
        editable=False,
        help_text=_("When the texts that were there before the model had all been queued."),
    )

    objects = EmbeddingModelQuerySet.as_manager()

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
            json_object_check("provider", name="embedding_models_provider_check"),
            models.CheckConstraint(
                condition=models.Q(distance__in=["cosine", "l2", "ip"]),
                name="embedding_models_distance_check",
                violation_error_message=_("The distance is one of cosine, l2 and ip."),
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["building", "active", "retired"]),
                name="embedding_models_status_check",
                violation_error_message=_("The status is one of building, active and retired."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
