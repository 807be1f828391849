"""Values that a page shows read-only: the large ones in part, JSON without its secrets."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Cast, Left
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from assistant.conf import conf
from assistant.db.admin.forms import grouped
from assistant.db.admin.lists import large_fields
from assistant.db.masks import mask, mask_json_text

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

__all__ = ["LargeValuesMixin", "text_box"]

Display = Callable[[models.Model], str]

EXCERPT_LENGTH = 2000
MAX_ROWS = 20


class Excerpt(NamedTuple):
    """The beginning of a value and the size of all of it."""

    bytes: int
    text: str


class OctetLength(models.Func):
    """How many bytes a text has."""

    function = "octet_length"
    output_field = models.IntegerField()


class LargeValuesMixin(ModelAdmin):
    """Replaces a form field by an excerpt where the stored value exceeds the form's limit.

    And JSON that is not for editing by JSON that is indented and masked.
    """

    def secret_name(self, obj: Any, field: "models.Field[Any, Any]") -> str | None:
        """Return the name that a column's whole value goes by, where the row gives it one."""
        return None

    def shown_json(self, obj: Any, field: "models.Field[Any, Any]") -> str:
        """Return JSON that is not for editing, as a text or as safe HTML."""
        value = mask(getattr(obj, field.name), self.secret_name(obj, field))
        return text_box(json.dumps(value, indent=2, ensure_ascii=False))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> models.Model | None:
        """Return a row without its oversized values, or None for what is no key."""
        name = from_field or self.opts.pk.name
        try:
            key = self.opts.get_field(name).to_python(object_id)  # type: ignore[union-attr]
        except (ValidationError, ValueError):
            return None
        if "\0" in str(key):
            return None
        found = self.get_queryset(request).filter(**{name: key})
        values = self._measure(found)
        excerpts = {
            name: value for name, value in values.items() if value.bytes > conf.MAX_FORM_BYTES
        }
        try:
            obj: models.Model | None = found.defer(*excerpts).first()
        except (RecursionError, ValueError):
            # JSON that Python cannot read, written by SQL: nested too deeply, numbers too long.
            unreadable = [field.name for field in large_fields(self.model, models.JSONField)]
            excerpts |= {name: values[name] for name in unreadable}
            obj = found.defer(*excerpts).first()
        if obj is not None:
            obj.oversized = {  # type: ignore[attr-defined]
                name: self._excerpt_display(obj, obj._meta.get_field(name), excerpt)
                for name, excerpt in excerpts.items()
            }
        return obj

    def _measure(self, found: models.QuerySet[Any]) -> dict[str, Excerpt]:
        # One query for all columns; PostgreSQL reads a text's size without the text.
        names = [field.name for field in large_fields(self.model) if not field.primary_key]
        texts = {name: Cast(name, models.TextField()) for name in names}
        sizes = {f"size_{name}": OctetLength(text) for name, text in texts.items()}
        starts = {f"start_{name}": Left(text, EXCERPT_LENGTH) for name, text in texts.items()}
        row = found.order_by().values("pk", **sizes, **starts).first() or {}
        return {
            name: Excerpt(row.get(f"size_{name}") or 0, row.get(f"start_{name}") or "")
            for name in names
        }

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Put excerpts, and JSON that is not for editing, in the place of the form's fields."""
        displays = {}
        if obj is not None:
            displays = {**self._json_displays(request, obj), **getattr(obj, "oversized", {})}
            obj.shown_instead = displays
        return [
            (title, {**options, "fields": _replace(options["fields"], displays)})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Add what get_fieldsets() has put there."""
        displays = getattr(obj, "shown_instead", {})
        return [*super().get_readonly_fields(request, obj), *displays.values()]

    def _json_displays(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        fields = large_fields(self.model, models.JSONField)
        if self.has_change_permission(request, obj):
            readonly = self.get_readonly_fields(request, obj)
            fields = [field for field in fields if field.name in readonly]
        return {field.name: self._json_display(field) for field in fields}

    def _json_display(self, field: Any) -> Display:
        @admin.display(description=field.verbose_name)
        def display(obj: models.Model) -> str:
            return self.shown_json(obj, field)

        return _named(display, field)

    def _excerpt_display(self, row: models.Model, field: Any, excerpt: Excerpt) -> Display:
        text = excerpt.text
        if isinstance(field, models.JSONField):
            text = mask_json_text(text, self.secret_name(row, field))

        @admin.display(description=field.verbose_name)
        def display(obj: models.Model) -> str:
            return format_html("{}<br>{}", _reason(excerpt), text_box(f"{text}…", MAX_ROWS // 2))

        return _named(display, field)


def text_box(text: str, rows: int | None = None) -> str:
    """Return a text as an area that wraps and scrolls as the editable ones do."""
    rows = rows or min(text.count("\n") + 1, MAX_ROWS)
    # Without a name it sends nothing.
    return format_html(
        '<textarea class="vLargeTextField" rows="{}" readonly>\n{}</textarea>', rows, text
    )


def _named(display: Display, field: Any) -> Display:
    # Django makes the field's CSS class from it.
    display.__name__ = field.name
    return display


def _replace(fields: Any, displays: dict[str, Any]) -> list[Any]:
    return [
        _replace(field, displays) if isinstance(field, tuple | list) else displays.get(field, field)
        for field in fields
    ]


def _reason(excerpt: Excerpt) -> str:
    reason = _(
        "This value has %(size)s bytes, and a page shows and takes %(limit)s: this is its "
        "beginning, read-only. Change it through SQL or Django's ORM."
    )
    if excerpt.bytes <= conf.MAX_FORM_BYTES:
        reason = _(
            "This value, or another of this page, is JSON that PostgreSQL reads and Python does "
            "not: this is its beginning, read-only. Change it through SQL."
        )
    return reason % {"size": grouped(excerpt.bytes), "limit": grouped(conf.MAX_FORM_BYTES)}
