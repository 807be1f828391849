"""System settings and model configurations in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.functions import Cast, Left
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import TableAdmin
from assistant.settings.models import ModelConfig, SystemSetting

# How much of a long value a list shows.
LIST_LENGTH = 100


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

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the beginnings of long columns."""
        rows: models.QuerySet[Any] = (
            super()
            .list_queryset(queryset)
            .annotate(
                value_start=Left(Cast("value", models.TextField()), LIST_LENGTH),
                description_start=Left("description", LIST_LENGTH),
            )
        )
        return rows

    @admin.display(description=_("value"))
    def short_value(self, obj: Any) -> str:
        """Return the beginning of the value as JSON."""
        return str(obj.value_start)

    @admin.display(description=_("description"))
    def short_description_text(self, obj: Any) -> str | None:
        """Return the beginning of the description."""
        return obj.description_start  # type: ignore[no-any-return]


@admin.register(ModelConfig)
class ModelConfigAdmin(TableAdmin):
    """Language models and how they are called."""

    fields = ("name", "model_path", "config", "is_default", "created_at")
    readonly_fields = ("created_at",)
    list_display = ("name", "short_model_path", "is_default", "created_at")
    list_filter = ("is_default",)
    search_fields = ("name",)
    search_help_text = _("A key or the beginning of a name.")
    ordering = ("name",)

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the beginning of the path."""
        rows: models.QuerySet[Any] = super().list_queryset(queryset)
        rows = rows.annotate(path_start=Left("model_path", LIST_LENGTH))
        return rows

    @admin.display(description=_("model path"))
    def short_model_path(self, obj: Any) -> str:
        """Return the beginning of the path."""
        return str(obj.path_start)
