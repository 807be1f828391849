"""The schema app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from assistant.db import checks


class SchemaConfig(AppConfig):
    """Configure the app under a label that no host is likely to have."""

    name = "assistant.schema"
    label = "assistant_schema"
    verbose_name = _("Assistant: schema")

    def ready(self) -> None:
        """Register the checks."""
        checks.register()
