"""The conversations app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from assistant.db import checks


class ConversationsConfig(AppConfig):
    """Configure the app under a label that no host is likely to have."""

    name = "assistant.conversations"
    label = "assistant_conversations"
    verbose_name = _("Assistant: conversations")

    def ready(self) -> None:
        """Register the checks."""
        checks.register()
