"""Charts on the pages of evaluations."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from assistant.db.admin import TableAdmin
from assistant.embeddings.admin.charts import MARGIN_HEIGHT, bars_of, margins_of, series_of

__all__ = ["EvaluationChartsMixin"]

# How many evaluations a list's chart looks at, the latest.
MAX_CHARTED = 200


class EvaluationChartsMixin(TableAdmin):
    """One evaluation as bars, and all of one name over time."""

    change_form_template = "admin/assistant_embeddings/searchevaluation/change_form.html"
    change_list_template = "admin/assistant_embeddings/searchevaluation/change_list.html"

    class Media:
        css = {"all": ["assistant_embeddings/charts.css"]}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Chart what there is of each name; the list's filters do not narrow it."""
        context = {**(extra_context or {})}
        if request.method == "GET" and self.has_view_or_change_permission(request):
            rows = self.model._default_manager.order_by("-created_at")
            charted = rows.values_list("name", "created_at", "figures")[:MAX_CHARTED]
            context["series"] = series_of(list(charted))
            context["chart_height"] = MARGIN_HEIGHT
        return super().changelist_view(request, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Chart the figures of the row that the form has fetched."""
        if row := context.get("original"):
            context["bars"] = bars_of(row.figures)
            context["margins"] = margins_of(row.per_query)
            context |= {"chart_height": MARGIN_HEIGHT, "middle": MARGIN_HEIGHT // 2}
        return super().render_change_form(request, context, *args, **kwargs)
