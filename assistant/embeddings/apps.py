"""The embeddings app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from assistant.db import checks
from assistant.embeddings.checks import check_vector


class EmbeddingsConfig(AppConfig):
    """Configure the app under a label that no host is likely to have."""

    name = "assistant.embeddings"
    label = "assistant_embeddings"
    verbose_name = _("Assistant: embeddings")

    def ready(self) -> None:
        """Register the checks."""
        checks.register()
        checks.register_database_check(check_vector)
