"""``django.contrib.postgres``, which fields and indexes of some apps come from."""

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.postgres import utils
from django.core.checks import CheckMessage, Error

from assistant.db.checks.databases import own_apps

__all__ = ["check_postgres_app"]

APP = "django.contrib.postgres"


def check_postgres_app(**kwargs: Any) -> list[CheckMessage]:
    """Miss the app where one of ours uses it, and Django itself does not say so."""
    # Django 6.0 and later check each such field and index (postgres.E005).
    if apps.is_installed(APP) or hasattr(utils, "CheckPostgresInstalledMixin"):
        return []
    return [
        Error(
            f"{config.name} needs {APP}, which is not installed: {', '.join(used)}.",
            hint=f'Add "{APP}" to INSTALLED_APPS.',
            obj=config.label,
            id="assistant.E005",
        )
        for config in own_apps()
        if (used := list(what_needs_it(config)))
    ]


def what_needs_it(config: AppConfig) -> Iterator[str]:
    """Yield the names of the fields, indexes and constraints that come from Django's app."""
    for model in config.get_models():
        options = model._meta
        for field in options.local_fields:
            if _comes_from_it(field):
                yield f"field {options.object_name}.{field.name}"
        for item in (*options.indexes, *options.constraints):
            if _comes_from_it(item):
                yield f"{type(item).__name__} {item.name}"


def _comes_from_it(item: object) -> bool:
    return any(base.__module__.startswith(f"{APP}.") for base in type(item).__mro__)
