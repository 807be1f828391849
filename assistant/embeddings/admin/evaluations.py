"""Evaluations of search in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import IndexedValuesFilter, LinkedObjectFilter, ReadOnlyAdmin
from assistant.embeddings.models import EmbeddingModel, SearchEvaluation


@admin.register(SearchEvaluation)
class SearchEvaluationAdmin(ReadOnlyAdmin):
    """How well searches did, the latest first."""

    fields = (
        "created_at",
        "name",
        "queries",
        "depth",
        "model_link",
        "figures",
        "parameters",
        "per_query",
    )
    list_display = (
        "created_at",
        "name",
        "queries",
        "depth",
        "model_name",
        "hybrid_ndcg",
    )
    list_filter = (
        ("name", IndexedValuesFilter),
        "created_at",
        ("embedding_model", LinkedObjectFilter),
    )
    search_fields = ("name__startswith",)
    search_help_text = _("The beginning of a name, or the key of an evaluation.")
    ordering = ("-created_at",)
    sortable_by = ()
    empty_hint = _("No evaluations yet. manage.py evaluate_search makes them.")

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch one figure and the model's name."""
        figure = KeyTextTransform("ndcg@10", KeyTransform("hybrid", "figures"))
        rows: models.QuerySet[Any] = (
            super()
            .list_queryset(queryset)
            .annotate(ndcg=Left(figure, 20), short_name=Left("embedding_model_name", 100))
        )
        return rows

    @admin.display(description=_("nDCG@10 of hybrid"))
    def hybrid_ndcg(self, obj: Any) -> str:
        """Return the figure, which anybody may have written."""
        try:
            return f"{float(obj.ndcg):.3f}"
        except (TypeError, ValueError):
            return str(self.get_empty_value_display())

    @admin.display(description=_("embedding model"))
    def model_name(self, obj: Any) -> str:
        """Return the name that the model had."""
        return obj.short_name or str(self.get_empty_value_display())

    @admin.display(description=_("embedding model"))
    def model_link(self, obj: Any) -> str:
        """Return a link to the model, by the name it had."""
        name = obj.embedding_model_name or str(self.get_empty_value_display())
        if obj.embedding_model_id is None:
            return name
        return self.object_link(EmbeddingModel(pk=obj.embedding_model_id), name)
