"""Values too large for a page: shown in part, read-only, and never fetched whole."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Cast, Left
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from assistant.db.admin.forms import MAX_FORM_BYTES, grouped
from assistant.db.admin.lists import large_fields

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

__all__ = ["LargeValuesMixin"]

EXCERPT_LENGTH = 2000


class Excerpt(NamedTuple):
    """The beginning of a value and the size of all of it."""

    bytes: int
    text: str


class OctetLength(models.Func):
    """How many bytes a text has."""

    function = "octet_length"
    output_field = models.IntegerField()


class LargeValuesMixin(ModelAdmin):
    """Replaces a form field by an excerpt where the stored value exceeds the form's limit."""

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
        excerpts = {name: value for name, value in values.items() if value.bytes > MAX_FORM_BYTES}
        try:
            obj: models.Model | None = found.defer(*excerpts).first()
        except (RecursionError, ValueError):
            # JSON that Python cannot read, written by SQL: nested too deeply, numbers too long.
            unreadable = [field.name for field in large_fields(self.model, models.JSONField)]
            excerpts |= {name: values[name] for name in unreadable}
            obj = found.defer(*excerpts).first()
        if obj is not None:
            displays = {
                name: _excerpt_display(obj._meta.get_field(name), excerpt)
                for name, excerpt in excerpts.items()
            }
            obj.oversized = displays  # type: ignore[attr-defined]
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
        """Put excerpts in the place of oversized values."""
        displays = getattr(obj, "oversized", {})
        return [
            (title, {**options, "fields": _replace(options["fields"], displays)})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Add the excerpts."""
        displays = getattr(obj, "oversized", {})
        return [*super().get_readonly_fields(request, obj), *displays.values()]


def _replace(fields: Any, displays: dict[str, Any]) -> list[Any]:
    return [
        _replace(field, displays) if isinstance(field, tuple | list) else displays.get(field, field)
        for field in fields
    ]


def _excerpt_display(field: Any, excerpt: Excerpt) -> Callable[[models.Model], str]:
    @admin.display(description=field.verbose_name)
    def display(obj: models.Model) -> str:
        reason = _(
            "This value has %(size)s bytes, and a page shows and takes %(limit)s: this is its "
            "beginning, read-only. Change it through SQL or Django's ORM."
        )
        if excerpt.bytes <= MAX_FORM_BYTES:
            reason = _(
                "This value, or another of this page, is JSON that PostgreSQL reads and Python "
                "does not: this is its beginning, read-only. Change it through SQL."
            )
        reason %= {"size": grouped(excerpt.bytes), "limit": grouped(MAX_FORM_BYTES)}
        # A text area without a name wraps and scrolls as the others do, and sends nothing.
        return format_html(
            '{}<br><textarea class="vLargeTextField" rows="10" readonly>\n{}…</textarea>',
            reason,
            excerpt.text,
        )

    # Django makes the field's CSS class from it.
    display.__name__ = field.name
    return display
