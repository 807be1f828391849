"""Whether there is anything to migrate, without loading a single migration."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.utils import ProgrammingError

from assistant.schema.migrating.refusals import sqlstate

__all__ = ["Key", "migrations_on_disk", "pending"]

Key = tuple[str, str]

UNDEFINED_TABLE = "42P01"

APPLIED = "SELECT DISTINCT app, name FROM django_migrations"
FINISHED = """
SELECT DISTINCT m.app, m.name
FROM django_migrations AS m JOIN schema_migration_details AS d ON d.migration_id = m.id
WHERE d.finished_at IS NOT NULL
"""


def migrations_on_disk() -> Iterator[Key]:
    """Yield the migrations of every installed app, by the names of their files."""
    for config in apps.get_app_configs():
        package, _ = MigrationLoader.migrations_module(config.label)
        if package is None or not _exists(package):
            continue
        for _, name, is_package in pkgutil.iter_modules(import_module(package).__path__):
            if not is_package and name[0] not in "_~":
                yield config.label, name


def pending(connection: Any) -> list[Key]:
    """Return the migrations that ``migrate`` may have something to do for, sorted.

    Those, too, whose run was killed before its end: Django makes permissions there. On a database
    that has none of our tables yet, all of them.
    """
    done = _keys(connection, FINISHED)
    if done is None:  # where a router keeps the details out, there is nothing but the names
        done = _keys(connection, APPLIED)
    return sorted(set(migrations_on_disk()) - (done or set()))


def _keys(connection: Any, query: str) -> set[Key] | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return set(cursor.fetchall())
    except ProgrammingError as error:
        if sqlstate(error) != UNDEFINED_TABLE:
            raise
        return None


def _exists(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # of an app that is a module, and so has no migrations
        return False
