"""Lists of rows."""

from typing import Any

from django import forms
from django.contrib.admin import ShowFacets, helpers
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.conf import conf
from assistant.db.admin.forms import grouped
from assistant.db.admin.paging import BoundedPaginator
from assistant.db.admin.search import SearchMixin

__all__ = ["ListMixin", "TableChangeList", "large_fields"]

# What the query string may ask of a column that has a filter.
FILTER_LOOKUPS = {"", "exact", "id__exact", "isnull", "gte", "lt"}


def large_fields(model: type[models.Model], *kinds: type[Any]) -> list[Any]:
    """Return the columns that can hold megabytes: those of text and JSON, or of these kinds."""
    kinds = kinds or (models.TextField, models.JSONField)
    return [field for field in model._meta.concrete_fields if isinstance(field, kinds)]


class TableChangeList(ChangeList):
    """A list that fetches no large column and survives any query string."""

    def get_filters(self, request: HttpRequest) -> Any:
        """Refuse null characters, which PostgreSQL's text cannot hold."""
        for name, values in self.get_filters_params().items():
            if any("\0" in text for text in (name, *values)):
                raise IncorrectLookupParameters
        return super().get_filters(request)

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        """Return the rows as the admin class wants them listed."""
        queryset = super().get_queryset(request, exclude_parameters)
        model_admin: Any = self.model_admin
        rows = model_admin.list_queryset(queryset)
        return model_admin.with_excerpts(rows, self.query) if self.query.strip() else rows

    def get_results(self, request: HttpRequest) -> None:
        """Fetch a page, as long as the setting says unless the admin class does."""
        self.list_per_page = self.list_per_page or conf.LIST_PAGE_SIZE
        super().get_results(request)

    @property
    def remark(self) -> str | None:
        """Say what a reader of the list should know: why it is empty, or what it leaves out."""
        model_admin: Any = self.model_admin
        if not self.result_count:
            if self.query or self.has_active_filters:
                return _("Nothing matches. Search by fewer words, or clear the filters.")
            return str(model_admin.empty_hint)
        if self.query and self.result_count >= conf.SEARCH_MAX_ROWS:
            text = _("%(count)s matches are listed; there may be more. Add to the search.")
            return text % {"count": grouped(self.result_count)}
        if self.result_count >= conf.LIST_MAX_ROWS:
            text = _("The first %(count)s are listed. Filter or search to reach the others.")
            return text % {"count": grouped(self.result_count)}
        return None


class ListMixin(SearchMixin):
    """Lists a table's rows a page at a time, filtered by what has a filter."""

    list_per_page = 0  # the setting's
    paginator = BoundedPaginator
    show_full_result_count = False
    # A facet counts the table again for every choice of every filter.
    show_facets = ShowFacets.NEVER
    # What an empty table's list says.
    empty_hint: Any = gettext_lazy("There is nothing here yet. Add the first one.")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, with a remark where it needs one."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if isinstance(changelist := context.get("cl"), TableChangeList) and changelist.remark:
            context["subtitle"] = changelist.remark
        return response

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the class of the list."""
        return TableChangeList

    def label(self, obj: models.Model) -> str:
        """Name a row in a list, without fetching more of it."""
        return str(obj)

    def action_checkbox(self, obj: models.Model) -> SafeString:
        """Return the checkbox that chooses a row."""
        attributes = {
            "class": "action-select",
            "aria-label": _("Select this object for an action - %s") % self.label(obj),
        }
        checkbox = forms.CheckboxInput(attributes, lambda value: False)
        return checkbox.render(helpers.ACTION_CHECKBOX_NAME, str(obj.pk))

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Leave large columns out of a list."""
        return queryset.defer(*(field.name for field in large_fields(self.model)))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow what the list's filters ask for and nothing else: no scans, no other tables.

        Names that are no fields are let through; Django ignores them with a redirect.
        """
        name, _separator, rest = lookup.partition("__")
        try:
            self.opts.get_field(self.opts.pk.name if name == "pk" else name)
        except FieldDoesNotExist:
            return True
        filters = {
            item[0] if isinstance(item, tuple | list) else item
            for item in self.get_list_filter(request)
        }
        return name in filters and rest in FILTER_LOOKUPS
