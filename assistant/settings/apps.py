"""The settings app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from assistant.db import checks


class SettingsConfig(AppConfig):
    """Configure the app under a label that no host is likely to have."""

    name = "assistant.settings"
    label = "assistant_settings"
    verbose_name = _("Assistant: settings")

    def ready(self) -> None:
        """Register the checks."""
        from assistant.settings.checks import check_stored_secrets  # noqa: PLC0415 (has models)

        checks.register()
        checks.register_database_check(check_stored_secrets)
