"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from assistant.db import checks


class AccountsConfig(AppConfig):
    """Configure the app under a label that no host is likely to have."""

    name = "assistant.accounts"
    label = "assistant_accounts"
    verbose_name = _("Assistant: accounts")

    def ready(self) -> None:
        """Register the checks."""
        checks.register()
