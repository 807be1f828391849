"""What a deletion takes along: counted, not listed."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.utils import model_ngettext
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from assistant.db.admin.forms import grouped
from assistant.db.admin.links import object_link
from assistant.db.admin.lists import ListMixin

__all__ = ["DeletionsMixin"]

# How many of the chosen objects the page names.
MAX_NAMED = 100

# The rules by their names: those that the database executes exist from Django 6.1 on.
CASCADES = {"CASCADE", "DB_CASCADE"}
REFUSES = {"PROTECT", "RESTRICT"}

Rows = models.QuerySet[Any]


class DeletionsMixin(ListMixin):
    """Counts in the database what belongs to the rows to be deleted.

    Django's own page fetches and lists every related object: for a conversation of 100,000
    messages that many links, for an embedding model in use a million vectors.
    """

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Return names of the rows, counts, permissions that are missing and what protects them."""
        keys = [obj.pk for obj in objs] if isinstance(objs, list) else objs.order_by().values("pk")
        roots = self.model._base_manager.filter(pk__in=keys)
        cascading: dict[type[models.Model], list[Rows]] = {self.model: [roots]}
        refusing: list[tuple[models.ForeignKey[Any, Any], Rows]] = []
        _collect(roots, (), cascading, refusing)

        counts = {model: _count(querysets) for model, querysets in cascading.items()}
        lacking = {
            str(model._meta.verbose_name)
            for model, count in counts.items()
            if count and not self._may_delete(request, model)
        }
        summary = {
            str(model._meta.verbose_name_plural): count for model, count in counts.items() if count
        }
        names = self._names(objs, counts[self.model])
        return names, summary, lacking, list(_protected(refusing, cascading))

    def _may_delete(self, request: HttpRequest, model: type[models.Model]) -> bool:
        if not self.admin_site.is_registered(model):
            return True
        return self.admin_site.get_model_admin(model).has_delete_permission(request)

    def _names(self, objs: Any, count: int) -> list[str]:
        kind = capfirst(str(self.opts.verbose_name))
        names: list[str] = [
            format_html("{}: {}", kind, object_link(self.admin_site, obj, self.label(obj)))
            for obj in objs[:MAX_NAMED]
        ]
        if count > MAX_NAMED:
            names.append(_("…and %(count)s more.") % {"count": grouped(count - MAX_NAMED)})
        return names


def _collect(
    rows: Rows,
    path: tuple[Any, ...],
    cascading: dict[type[models.Model], list[Rows]],
    refusing: "list[tuple[models.ForeignKey[Any, Any], Rows]]",
) -> None:
    for relation in rows.model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
            continue
        if relation.concrete or relation in path:  # the second: a table that refers to itself
            continue
        key, related = relation.field, relation.related_model
        rule = getattr(relation.on_delete, "__name__", "")
        targets = rows.values(key.target_field.attname)
        belonging = related._base_manager.filter(**{f"{key.name}__in": targets})
        if rule in CASCADES:
            cascading.setdefault(related, []).append(belonging)
            _collect(belonging, (*path, relation), cascading, refusing)
        elif rule in REFUSES:
            refusing.append((key, belonging))


def _count(querysets: list[Rows]) -> int:
    # A union of keys and not OR: each part then uses its own index.
    first, *others = [queryset.order_by().values("pk") for queryset in querysets]
    return first.union(*others).count() if others else first.count()


def _protected(
    refusing: "list[tuple[models.ForeignKey[Any, Any], Rows]]",
    cascading: dict[type[models.Model], list[Rows]],
) -> Iterator[str]:
    for key, rows in refusing:
        remaining = rows
        if key.remote_field.on_delete is models.RESTRICT:  # no objection where they go as well
            for going in cascading.get(rows.model, ()):
                remaining = remaining.exclude(pk__in=going.values("pk"))
        if count := remaining.order_by().count():
            yield _("%(count)s %(objects)s, by their %(field)s") % {
                "count": grouped(count),
                "objects": model_ngettext(rows.model._meta, count),
                "field": key.verbose_name,
            }
