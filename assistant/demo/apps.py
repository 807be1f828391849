"""The demo app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """Configure the app under a label that no host is likely to have."""

    name = "assistant.demo"
    label = "assistant_demo"
    verbose_name = _("Assistant: demo data")
