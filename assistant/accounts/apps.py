"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Configure the app under a label that no host is likely to have."""

    name = "assistant.accounts"
    label = "assistant_accounts"
    verbose_name = _("Assistant: accounts")
