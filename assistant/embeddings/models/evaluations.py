"""How well searches do."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.db.constraints import json_object_check, not_negative_check
from assistant.db.fields import JSONObjectField, TimestampField
from assistant.db.indexes import Index
from assistant.db.models import UUIDModel
from assistant.db.validators import validate_no_nul
from assistant.embeddings.models.embedding_models import EmbeddingModel


class SearchEvaluation(UUIDModel):
    """How well searches did on questions whose answers are known."""

    name = models.CharField(
        _("name"),
        max_length=255,
        validators=[validate_no_nul],
        help_text=_("Of the questions."),
    )
    queries = models.IntegerField(_("questions"), validators=[MinValueValidator(0)])
    depth = models.IntegerField(
        _("depth"),
        validators=[MinValueValidator(0)],
        help_text=_("How many hits of each search were looked at."),
    )
    embedding_model = models.ForeignKey(
        EmbeddingModel,
        on_delete=models.SET_NULL,
        verbose_name=_("embedding model"),
        related_name="search_evaluations",
        blank=True,
        null=True,
        db_constraint=False,  # the migration adds it, with ON DELETE SET NULL
        db_index=False,
    )
    embedding_model_name = models.TextField(
        _("embedding model's name"),
        default="",
        db_default="",
        blank=True,
        validators=[validate_no_nul],
        help_text=_("As it was then."),
    )
    figures = JSONObjectField(_("figures"), db_default={}, help_text=_("Of each mode."))
    per_query = JSONObjectField(
        _("figures by question"), db_default={}, help_text=_("Of each question and mode.")
    )
    parameters = JSONObjectField(
        _("parameters"), db_default={}, help_text=_("What was searched with.")
    )
    created_at = TimestampField(_("created at"), editable=False)

    class Meta:
        db_table = "search_evaluations"
        verbose_name = _("evaluation of search")
        verbose_name_plural = _("evaluations of search")
        indexes = [
            # The admin's list: the latest first.
            Index(fields=["-created_at"], name="idx_search_evaluations_created_at"),
            # The evaluations of some questions, the latest first.
            Index(fields=["name", "-created_at"], name="idx_search_evaluations_name"),
            # A model's evaluations, before it is deleted.
            Index(fields=["embedding_model"], name="idx_search_evaluations_model_id"),
        ]
        constraints = [
            not_negative_check("queries", name="search_evaluations_queries_check"),
            not_negative_check("depth", name="search_evaluations_depth_check"),
            json_object_check("figures", name="search_evaluations_figures_check"),
            json_object_check("per_query", name="search_evaluations_per_query_check"),
            json_object_check("parameters", name="search_evaluations_parameters_check"),
        ]

    def __str__(self) -> str:
        return self.name
