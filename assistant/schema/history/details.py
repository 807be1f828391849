"""What is kept of each applied migration beside Django's own row."""

import platform
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import django
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from psycopg.types.json import Jsonb

from assistant.schema.history.checksums import checksum

__all__ = ["complete", "is_kept", "record"]

DISTRIBUTION = "django-ai-assistant-backend"

IS_KEPT = "SELECT to_regclass('schema_migration_details') IS NOT NULL"
RECORD = """
INSERT INTO schema_migration_details (migration_id, checksum, duration, versions)
SELECT min(id), %s, %s, %s FROM django_migrations WHERE app = %s AND name = %s
HAVING count(*) > 0
ON CONFLICT (migration_id) DO NOTHING
"""
UNRECORDED = """
SELECT DISTINCT m.app, m.name FROM django_migrations AS m
WHERE NOT EXISTS (
    SELECT FROM schema_migration_details AS d JOIN django_migrations AS r ON r.id = d.migration_id
    WHERE r.app = m.app AND r.name = m.name
)
"""
UNFINISHED = "SELECT EXISTS (SELECT FROM schema_migration_details WHERE finished_at IS NULL)"
FINISH = "UPDATE schema_migration_details SET finished_at = now() WHERE finished_at IS NULL"


def is_kept(connection: Any) -> bool:
    """Return whether the table is there."""
    with connection.cursor() as cursor:
        cursor.execute(IS_KEPT)
        return bool(cursor.fetchone()[0])


def record(connection: Any, migration: Migration, *, seconds: float | None = None) -> None:
    """Keep what a migration is now, and how long it took, if that is known."""
    names = migration.replaces or [(migration.app_label, migration.name)]
    values: list[Any] = [checksum(migration), None, None]
    if seconds is not None:
        versions = {"postgresql": server_version(connection), **code_versions()}
        values[1:] = [timedelta(seconds=seconds), Jsonb(versions)]
    with connection.cursor() as cursor:
        for app, name in names:
            cursor.execute(RECORD, [*values, app, name])


def complete(connection: Any) -> None:
    """Note that a run came to its end, and what migrations are that another tool applied.

    Their files are compared with what they are now, from then on.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNRECORDED)
        if unrecorded := cursor.fetchall():
            _record_as_found(connection, unrecorded)
        # Where there is nothing to do, a read-only database is good enough.
        cursor.execute(UNFINISHED)
        if cursor.fetchone()[0]:
            cursor.execute(FINISH)


def _record_as_found(connection: Any, unrecorded: Iterable[tuple[str, str]]) -> None:
    migrations = MigrationLoader(None).disk_migrations
    for key in unrecorded:
        if key in migrations:
            record(connection, migrations[key])


def server_version(connection: Any) -> str:
    """Return the server's version, such as 18.4."""
    major, minor = divmod(connection.pg_version, 10_000)
    return f"{major}.{minor}"


@cache
def code_versions() -> dict[str, str]:
    """Return the versions of Python, Django and this package."""
    versions = {"django": django.get_version(), "python": platform.python_version()}
    with suppress(PackageNotFoundError):  # run from a directory, not installed
        versions["assistant"] = version(DISTRIBUTION)
    return versions
