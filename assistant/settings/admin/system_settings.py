"""System settings in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.functions import Cast, Left
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import TableAdmin
from assistant.db.expressions import JSONTypeOf
from assistant.db.masks import mask, mask_json_text
from assistant.db.secrets import MASK, holds_something, is_secret_name, mask_urls
from assistant.settings.forms import ValueField
from assistant.settings.kinds import Kind, kind_of
from assistant.settings.models import SystemSetting
from assistant.settings.widgets import ValueWidget

# How much of a long value a list shows.
LIST_LENGTH = 100


class JSONText(models.Func):
    """A JSON value as text: a string without its quotes, anything else as JSON."""

    template = "(%(expressions)s #>> '{}')"
    output_field = models.TextField()


@admin.register(SystemSetting)
class SystemSettingAdmin(TableAdmin):
    """Settings of the whole system."""

    fields = ("key", "value", "description", "updated_at")
    readonly_fields = ("updated_at",)
    list_display = ("key", "short_value", "short_description_text", "updated_at")
    search_fields = ("key",)
    search_keys = ()
    search_help_text = _("The beginning of a key.")
    ordering = ("key",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the key once it is stored: it is how programs find the setting."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "key"] if obj else fields

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Edit the value as what it is."""
        if db_field.name == "value":
            kwargs |= {"form_class": ValueField, "widget": ValueWidget, "required": False}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Send no secret to the browser."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        field = form.base_fields.get("value")
        if field and obj and is_secret_name(obj.key) and holds_something(obj.value):
            field.keep_secret()
        return form

    def secret_name(self, obj: Any, field: "models.Field[Any, Any]") -> str | None:
        """Return the key: what looks like a secret's hides the value."""
        return str(obj.key) if field.name == "value" else None

    def shown_json(self, obj: Any, field: "models.Field[Any, Any]") -> str:
        """Show a value that is not for editing as what it is."""
        value = mask(obj.value, obj.key)
        if kind_of(value) == Kind.JSON:
            return super().shown_json(obj, field)
        return _plain(value) or gettext("(empty text)")

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Store null as JSON's; None would be a missing value."""
        setting: Any = obj
        if setting.value is None:
            setting.value = models.Value(None, models.JSONField())
        super().save_model(request, obj, form, change)

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the beginnings of long columns."""
        rows: models.QuerySet[Any] = (
            super()
            .list_queryset(queryset)
            .annotate(
                value_type=JSONTypeOf("value"),
                value_start=Left(JSONText("value"), LIST_LENGTH + 1),
                json_start=Left(Cast("value", models.TextField()), LIST_LENGTH + 1),
                description_start=Left("description", LIST_LENGTH + 1),
            )
        )
        return rows

    @admin.display(description=_("value"))
    def short_value(self, obj: Any) -> str:
        """Return the value, or its beginning, without secrets."""
        if obj.value_type == "boolean":
            return _plain(obj.value_start == "true")
        if obj.value_type == "null":
            return _plain(None)
        if is_secret_name(obj.key) and obj.value_start and obj.json_start not in ("[]", "{}"):
            return MASK
        if obj.value_type in ("array", "object"):
            text = mask_json_text(obj.json_start)
        else:
            is_cut = len(obj.value_start) > LIST_LENGTH
            text = mask_urls(obj.value_start, is_cut=is_cut) or gettext("(empty text)")
        return Truncator(text).chars(LIST_LENGTH)

    @admin.display(description=_("description"))
    def short_description_text(self, obj: Any) -> str | None:
        """Return the beginning of the description."""
        if obj.description_start is None:
            return None
        return Truncator(obj.description_start).chars(LIST_LENGTH)


def _plain(value: Any) -> str:
    if value is None:
        return gettext("Nothing (null)")
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return str(value)
