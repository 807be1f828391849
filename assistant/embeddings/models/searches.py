"""What was searched for, and what was found."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from assistant.db.constraints import (
    finite_check,
    json_array_check,
    json_object_check,
    not_negative_check,
)
from assistant.db.fields import JSONField, JSONObjectField, TimestampField
from assistant.db.indexes import Index
from assistant.db.models import UUIDModel
from assistant.db.validators import validate_no_nul
from assistant.embeddings.models.embedding_models import EmbeddingModel
from assistant.embeddings.record_querysets import SearchRecordQuerySet


class SearchRecord(UUIDModel):
    """A search as it was asked and answered."""

    class Mode(models.TextChoices):
        HYBRID = "hybrid", _("hybrid")
        VECTOR = "vector", _("vector")
        KEYWORD = "keyword", _("keyword")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        verbose_name=_("user"),
        related_name="assistant_searches",
        related_query_name="assistant_search",
        blank=True,
        null=True,
        db_constraint=False,  # the migration adds it, with ON DELETE CASCADE
        db_index=False,
        help_text=_("For whom; nobody where everything was searched."),
    )
    query = models.TextField(
        _("question"),
        blank=True,
        null=True,
        validators=[validate_no_nul],
        help_text=_("Only where texts are recorded."),
    )
    query_hash = models.CharField(
        _("question's hash"),
        max_length=64,
        validators=[validate_no_nul],
        help_text=_("The same for the same question, whatever its case and spaces."),
    )
    mode = models.CharField(
        _("mode"), max_length=20, choices=Mode, help_text=_("The one that was used.")
    )
    sources = ArrayField(
        models.TextField(validators=[validate_no_nul]),
        verbose_name=_("searched"),
        default=list,
        db_default=[],
        blank=True,
    )
    hit_count = models.IntegerField(
        _("hits"), default=0, db_default=0, validators=[MinValueValidator(0)]
    )
    hits = JSONField(
        _("what was found"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("The best first: kind, source, chunk, score, ranks and scores."),
    )
    plans = JSONObjectField(_("plans"), db_default={})
    note = models.TextField(
        _("note"), default="", db_default="", blank=True, validators=[validate_no_nul]
    )
    latency = models.FloatField(
        _("latency"), validators=[MinValueValidator(0)], help_text=_("In milliseconds.")
    )
    embedding_model = models.ForeignKey(
        EmbeddingModel,
        on_delete=models.SET_NULL,
        verbose_name=_("embedding model"),
        related_name="searches",
        blank=True,
        null=True,
        db_constraint=False,  # the migration adds it, with ON DELETE SET NULL
        db_index=False,
    )
    created_at = TimestampField(_("searched at"), editable=False)

    objects = SearchRecordQuerySet.as_manager()

    class Meta:
        db_table = "search_records"
        verbose_name = _("recorded search")
        verbose_name_plural = _("recorded searches")
        indexes = [
            # The latest; those of a period; what has been kept long enough.
            Index(fields=["-created_at"], name="idx_search_records_created_at"),
            # Texts that were asked lately: WHERE query IS NOT NULL ORDER BY created_at DESC
            Index(
                fields=["-created_at"],
                name="idx_search_records_questions",
                condition=models.Q(query__isnull=False),
            ),
            # What found nothing, the latest first.
            Index(
                fields=["-created_at"],
                name="idx_search_records_empty",
                condition=models.Q(hit_count=0),
            ),
            # The admin's list filtered by mode; what became of each mode's.
            Index(fields=["mode", "-created_at"], name="idx_search_records_mode"),
            # How often was this asked?
            Index(fields=["query_hash", "-created_at"], name="idx_search_records_query_hash"),
            # A user's searches; the cascade from users.
            Index(fields=["user", "-created_at"], name="idx_search_records_user_id"),
            # A model's searches, before it is deleted.
            Index(fields=["embedding_model"], name="idx_search_records_model_id"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mode__in=["hybrid", "vector", "keyword"]),
                name="search_records_mode_check",
                violation_error_message=_("The mode is one of hybrid, vector and keyword."),
            ),
            not_negative_check("hit_count", name="search_records_hit_count_check"),
            json_array_check("hits", name="search_records_hits_check"),
            json_object_check("plans", name="search_records_plans_check"),
            finite_check("latency", name="search_records_latency_check", negative=False),
        ]

    def __str__(self) -> str:
        return Truncator(self.query or f"Search {self.pk}").chars(100)
