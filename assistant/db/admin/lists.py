"""Lists of rows."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib.admin import AdminSite, helpers
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assistant.db.admin.forms import grouped

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as ModelAdminClass

    ModelAdmin = ModelAdminClass[Any]
else:
    from django.contrib.admin import ModelAdmin

__all__ = ["ListMixin", "TableChangeList", "changelist_link", "large_fields", "object_link"]

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
        return model_admin.list_queryset(queryset)


class ListMixin(ModelAdmin):
    """Searches by key or by the beginning of a text, and filters by what has a filter."""

    # Columns of type uuid that a search for a whole uuid looks in.
    search_keys: tuple[str, ...] = ("id",)

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

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Look for a uuid in the key columns, for anything else by :meth:`search`."""
        text = search_term.replace("\0", " ").strip()
        if not text:
            return queryset, False
        try:
            key = UUID(text)
        except ValueError:
            return self.search(request, queryset, text), False
        return queryset.filter(_any_of(self.search_keys, "", key)), False

    def search(
        self, request: HttpRequest, queryset: models.QuerySet[Any], text: str
    ) -> models.QuerySet[Any]:
        """Keep rows one of whose search fields begins with the text."""
        fields = tuple(self.get_search_fields(request))
        return queryset.filter(_any_of(fields, "__istartswith", text))

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


def _any_of(fields: tuple[str, ...], lookup: str, value: Any) -> models.Q:
    return models.Q.create([(f"{field}{lookup}", value) for field in fields], connector=models.Q.OR)


def object_link(site: AdminSite, obj: models.Model, text: str, *, query: str = "") -> str:
    """Return a link to a row's page, or the text alone where there is none."""
    return _link(site, type(obj), "change", text, args=[quote(str(obj.pk))], query=query)


def changelist_link(site: AdminSite, model: type[models.Model], count: int, **filters: Any) -> str:
    """Return a count that links to the list of what was counted."""
    return _link(site, model, "changelist", grouped(count), query=f"?{urlencode(filters)}")


def _link(
    site: AdminSite,
    model: type[models.Model],
    page: str,
    text: str,
    *,
    args: list[str] | None = None,
    query: str = "",
) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    try:
        url = reverse(name, args=args, current_app=site.name)
    except NoReverseMatch:
        return text
    return format_html('<a href="{}{}">{}</a>', url, query, text)
