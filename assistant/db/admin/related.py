"""From a row to the lists of what belongs to it."""

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from assistant.db.admin.counts import count_up_to, fetch
from assistant.db.admin.filters import LinkedObjectFilter
from assistant.db.admin.forms import grouped

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

__all__ = ["RelatedListsMixin"]

# How far the rows behind one link are counted.
MAX_COUNTED = 500


class RelatedList(NamedTuple):
    """The rows of another table that refer to this row, and the address of their list."""

    field: "models.ForeignKey[Any, Any]"
    rows: models.QuerySet[Any]
    url: str


class RelatedListsMixin(ModelAdmin):
    """Links a row's page to the lists of the rows that refer to it, wherever a list can tell.

    That is where the other table is in the same admin site, the user may view it, and its list
    filters by the foreign key or searches it. It works on any admin class: a host's page of users
    gets the link to their conversations by it.
    """

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Add the links to the page of a stored row, below what tells which one it is."""
        fieldsets = super().get_fieldsets(request, obj)
        if not self._related(request, obj) or "related_lists" in flatten_fieldsets(fieldsets):
            return fieldsets
        first, *others = fieldsets
        return [first, (None, {"fields": ["related_lists"]}), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Add the links."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "related_lists"] if self._related(request, obj) else fields

    @admin.display(description=_("related"))
    def related_lists(self, obj: Any) -> str:
        """Return the links, each with a count that ends at 500."""
        links = self.related_links(obj)
        return format_html_join(" · ", "{}", ((link,) for _model, link in links))

    def related_links(self, obj: Any) -> list[tuple[type[models.Model], str]]:
        """Return the links one by one, each with its model, on the page of a stored row."""
        if not hasattr(obj, "_related_links"):
            obj._related_links = list(_count_and_link(getattr(obj, "_related_lists", [])))
        found: list[tuple[type[models.Model], str]] = obj._related_links
        return found

    def _related(self, request: HttpRequest, obj: Any) -> list[RelatedList]:
        if obj is None:
            return []
        if not hasattr(obj, "_related_lists"):
            obj._related_lists = list(self._find_related(request, obj))
        found: list[RelatedList] = obj._related_lists
        return found

    def _find_related(self, request: HttpRequest, obj: models.Model) -> Iterator[RelatedList]:
        for relation in obj._meta.related_objects:
            model = relation.related_model
            if not relation.one_to_many or not self.admin_site.is_registered(model):
                continue
            model_admin = self.admin_site.get_model_admin(model)
            field: Any = relation.field
            key = getattr(obj, field.target_field.attname)
            parameter = _parameter(model_admin, request, field)
            if parameter is None or not model_admin.has_view_or_change_permission(request):
                continue
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
            try:
                address = reverse(name, current_app=self.admin_site.name)
            except NoReverseMatch:
                continue
            rows = model_admin.get_queryset(request).filter(**{field.name: key})
            yield RelatedList(field, rows, f"{address}?{urlencode({parameter: key})}")


def _parameter(model_admin: Any, request: HttpRequest, field: Any) -> str | None:
    """Return what the list's query string calls the foreign key, or None where it has no name."""
    for item in model_admin.get_list_filter(request):
        name, kind = item if isinstance(item, tuple | list) else (item, None)
        if name == field.name:
            linked = isinstance(kind, type) and issubclass(kind, LinkedObjectFilter)
            return f"{name}__exact" if linked else f"{name}__{field.target_field.name}__exact"
    return "q" if field.attname in getattr(model_admin, "search_keys", ()) else None


def _count_and_link(lists: list[RelatedList]) -> Iterator[tuple[type[models.Model], str]]:
    by_database = sorted(lists, key=lambda item: item.rows.db)
    for using, items in groupby(by_database, key=lambda item: item.rows.db):
        related = list(items)
        counts = fetch(using, [count_up_to(item.rows, MAX_COUNTED) for item in related])
        for item, count in zip(related, counts, strict=True):
            yield item.rows.model, _link(item, count)


def _link(related: RelatedList, count: int) -> str:
    opts = related.rows.model._meta
    number = grouped(count) if count <= MAX_COUNTED else f"{grouped(MAX_COUNTED)}+"
    noun = opts.verbose_name if count == 1 else opts.verbose_name_plural
    return format_html('<a href="{}">{} {}</a>', related.url, number, noun)
