"""Charts on the pages of evaluations."""

from typing import Any

from django.db import connections, models
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse

from assistant.db.admin import TableAdmin
from assistant.embeddings.admin.charts import MARGIN_HEIGHT, bars_of, margins_of, series_of
from assistant.embeddings.admin.figures import MARGIN
from assistant.embeddings.search.requests import MODES

__all__ = ["EvaluationChartsMixin"]

# How many evaluations a list's chart looks at, the latest.
MAX_CHARTED = 200
# How many questions of one evaluation.
MAX_QUESTIONS = 20_000
# A row may have been written by anybody: of what should be a number, as many characters.
NUMBER_LENGTH = 24
NAME_LENGTH = 100

# The figures of single questions may be too many to fetch them all; these are three of each.
PER_QUERY = """
SELECT left(question.key, %s), {columns}
FROM {table} AS evaluation, jsonb_each(evaluation.per_query) AS question
WHERE evaluation.id = %s LIMIT %s
"""
COLUMN = "left(question.value -> %s ->> %s, %s)"


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
            context["series"] = series_of(_latest(self.model))
            context["chart_height"] = MARGIN_HEIGHT
        return super().changelist_view(request, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Chart the row's figures."""
        if row := context.get("original"):
            is_large = "figures" in getattr(row, "oversized", {})
            context["bars"] = None if is_large else bars_of(row.figures)
            context["margins"] = margins_of(_per_query(row))
            context |= {"chart_height": MARGIN_HEIGHT, "middle": MARGIN_HEIGHT // 2}
        return super().render_change_form(request, context, *args, **kwargs)


def _latest(model: type[models.Model]) -> list[tuple[str, Any, Any]]:
    figures = {
        mode: Left(KeyTextTransform(MARGIN, KeyTransform(mode, "figures")), NUMBER_LENGTH)
        for mode in MODES
    }
    rows = model._default_manager.order_by("-created_at").values_list(
        "name", "created_at", *figures.values()
    )
    return [(name, time, _by_mode(values)) for name, time, *values in rows[:MAX_CHARTED]]


def _per_query(row: models.Model) -> dict[str, Any]:
    connection = connections[row._state.db or "default"]
    sql = PER_QUERY.format(
        table=connection.ops.quote_name(row._meta.db_table),
        columns=", ".join([COLUMN] * len(MODES)),
    )
    columns = [value for mode in MODES for value in (mode, MARGIN, NUMBER_LENGTH)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [NAME_LENGTH, *columns, row.pk, MAX_QUESTIONS])
        return {query: _by_mode(values) for query, *values in cursor.fetchall()}


def _by_mode(values: list[str | None]) -> dict[str, dict[str, str]]:
    return {
        mode: {MARGIN: value}
        for mode, value in zip(MODES, values, strict=True)
        if value is not None
    }
