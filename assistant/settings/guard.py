"""What keeps the app from being taken for a settings module."""

from typing import NoReturn

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from assistant.db.checks.settings_module import HINT, misnamed

__all__ = ["SettingsModuleError", "refuse_setting", "refuse_settings_module"]


class SettingsModuleError(ImproperlyConfigured, CommandError):
    """The app was named as the settings module; commands print it without a traceback."""


def refuse_settings_module() -> None:
    """Raise while Django imports the app as its settings; otherwise it imports as ever."""
    # Django is configured before it imports apps, and is not yet while it reads its settings.
    if not settings.configured and (text := misnamed()):
        raise SettingsModuleError(f"{text} {HINT}")


def refuse_setting(name: str) -> NoReturn:
    """Raise ``AttributeError`` for what the app's module lacks."""
    text = f"module 'assistant.settings' has no attribute {name!r}"
    if name.isupper():
        text += ": it is an app. Did you mean `from django.conf import settings`?"
    raise AttributeError(text)
