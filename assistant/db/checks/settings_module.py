"""``DJANGO_SETTINGS_MODULE`` that names the app ``assistant.settings``."""

import os
from typing import Any

from django.core.checks import CheckMessage, Error

__all__ = ["HINT", "check_settings_module", "misnamed"]

VARIABLE = "DJANGO_SETTINGS_MODULE"
APP = "assistant.settings"
HINT = (
    f"Set {VARIABLE} to your project's settings module, such as config.settings "
    "(or give it as --settings)."
)


def misnamed() -> str | None:
    """Say so if the environment names the app as the settings module."""
    name = os.environ.get(VARIABLE, "")
    if name != APP and not name.startswith(f"{APP}."):
        return None
    return f"{VARIABLE} is {name!r}, which is an app and not a settings module."


def check_settings_module(**kwargs: Any) -> list[CheckMessage]:
    """Refuse the app's name where settings were configured by hand; else its import refuses."""
    if text := misnamed():
        return [Error(text, hint=HINT, id="assistant.E004")]
    return []
