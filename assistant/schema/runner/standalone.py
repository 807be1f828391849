"""Django for a process that has none: just the assistant's apps, and one database."""

import os
import threading
from typing import Any

import django
from django.apps import apps
from django.conf import settings

from assistant.schema.errors import MigrationError
from assistant.schema.runner.urls import settings_of

__all__ = ["SETTINGS", "set_up"]

SETTINGS: dict[str, Any] = {
    "INSTALLED_APPS": [
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.postgres",
        "assistant.schema",
        "assistant.accounts",
        "assistant.settings",
        "assistant.conversations",
        "assistant.embeddings",
    ],
    "AUTH_USER_MODEL": "assistant_accounts.User",
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "USE_TZ": True,
}

_lock = threading.Lock()


def set_up(url: str | None) -> None:
    """Set Django up unless it is: with the project that the environment names, else for ``url``.

    Raises ``MigrationError`` where there is neither.
    """
    with _lock:
        if not settings.configured and not os.environ.get("DJANGO_SETTINGS_MODULE"):
            if url is None:
                raise MigrationError(
                    "There is no database to migrate: give MigrationRunner a postgres_url, or set "
                    "DJANGO_SETTINGS_MODULE."
                )
            settings.configure(**SETTINGS, DATABASES={"default": settings_of(url)})
        if not apps.ready:
            django.setup()
    if not apps.is_installed("assistant.schema"):
        raise MigrationError('Add "assistant.schema" to INSTALLED_APPS: MigrationRunner is its.')
