"""The embeddings app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmbeddingsConfig(AppConfig):
    """Configure the app under a label that no host is likely to have."""

    name = "assistant.embeddings"
    label = "assistant_embeddings"
    verbose_name = _("Assistant: embeddings")
