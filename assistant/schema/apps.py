"""The schema app."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from assistant.db import checks
from assistant.schema.checks import check_migrate_command, check_migrate_databases


class SchemaConfig(AppConfig):
    """Configure the app under a label that no host is likely to have."""

    name = "assistant.schema"
    label = "assistant_schema"
    verbose_name = _("Assistant: schema")

    def ready(self) -> None:
        """Register the checks."""
        checks.register()
        register(check_migrate_command)
        register(check_migrate_databases)
