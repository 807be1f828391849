"""What keeps the app from being taken for a settings module."""

from typing import NoReturn

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from assistant.db.checks.settings_module import HINT, misnamed

__all__ = ["refuse_setting", "refuse_settings_module"]


def refuse_settings_module() -> None:
    """Raise while Django imports the app as its settings; otherwise it imports as ever.

    As a settings module the app is an empty one: no apps, so no check that could say what is
    wrong, and a complaint about ``DATABASES`` or no complaint at all.
    """
    # Django is configured before it imports apps, and is not yet while it reads its settings.
    if not settings.configured and (text := misnamed()):
        raise ImproperlyConfigured(f"{text} {HINT}")


def refuse_setting(name: str) -> NoReturn:
    """Raise ``AttributeError`` for what the app's module lacks."""
    text = f"module 'assistant.settings' has no attribute {name!r}"
    if name.isupper():
        text += ": it is an app. Did you mean `from django.conf import settings`?"
    raise AttributeError(text)
