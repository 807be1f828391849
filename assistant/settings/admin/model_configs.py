"""Model configurations in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.functions import Left
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import TableAdmin
from assistant.db.admin.defaults import DefaultMixin
from assistant.settings.models import ModelConfig
from assistant.settings.services import set_default_model_config

# How much of a long value a list shows.
LIST_LENGTH = 100


@admin.register(ModelConfig)
class ModelConfigAdmin(DefaultMixin, TableAdmin):
    """Language models and how they are called."""

    fields = ("name", "model_path", "config", "is_default", "created_at")
    readonly_fields = ("created_at",)
    list_display = ("name", "default_mark", "short_model_path", "created_at")
    list_filter = ("is_default",)
    search_fields = ("name",)
    search_help_text = _("A key or the beginning of a name.")
    ordering = ("name",)

    class Media:
        css = {"all": ["assistant_settings/defaults.css"]}

    def set_default(self, obj: ModelConfig) -> list[ModelConfig]:
        """Switch in the database."""
        return set_default_model_config(model_config=obj)

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the beginning of the path."""
        rows: models.QuerySet[Any] = super().list_queryset(queryset)
        rows = rows.annotate(path_start=Left("model_path", LIST_LENGTH + 1))
        return rows

    @admin.display(description=_("model path"))
    def short_model_path(self, obj: Any) -> str:
        """Return the beginning of the path."""
        return Truncator(obj.path_start).chars(LIST_LENGTH)
