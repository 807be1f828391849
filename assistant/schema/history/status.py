"""Which migrations a database has, compared with those of the code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from assistant.schema.history import details
from assistant.schema.history.checksums import checksum

__all__ = ["MigrationStatus", "State", "accept_edits", "read_status"]

State = Literal["applied", "pending", "edited", "unknown"]

APPLIED = """
SELECT DISTINCT ON (m.id) m.app, m.name, m.applied, d.checksum, d.duration, d.versions
FROM (
    SELECT DISTINCT ON (app, name) id, app, name, applied FROM django_migrations
    ORDER BY app, name, id
) AS m LEFT JOIN schema_migration_details AS d ON d.migration_id = m.id
ORDER BY m.id
"""
APPLIED_ONLY = """
SELECT app, name, min(applied), NULL, NULL, NULL FROM django_migrations
GROUP BY app, name ORDER BY min(id)
"""
HAS_EARLIER = "SELECT to_regclass('schema_migration_files') IS NOT NULL"
EARLIER = "SELECT count(*) FROM schema_migration_files"
ACCEPT = """
UPDATE schema_migration_details SET checksum = %s
WHERE migration_id = (SELECT min(id) FROM django_migrations WHERE app = %s AND name = %s)
"""


@dataclass(frozen=True)
class MigrationStatus:
    """One migration of the database or of the code.

    ``state`` is ``applied``, ``pending``, ``edited`` (the files are not what was applied) or
    ``unknown`` (in the database, not in the code). ``version`` counts the applied ones, after the
    SQL files that made an adopted database; ``duration`` is None where another tool applied it.
    """

    app: str
    name: str
    state: State
    version: int | None = None
    applied_at: datetime | None = None
    duration: timedelta | None = None
    checksum: str | None = None
    versions: dict[str, str] | None = None

    @property
    def filename(self) -> str:
        """Return the name that the view shows."""
        return f"{self.app}/{self.name}.py"

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints; the duration in seconds."""
        values = asdict(self)
        duration = values.pop("duration")
        applied_at = self.applied_at and self.applied_at.isoformat()
        seconds = None if duration is None else duration.total_seconds()
        return {
            **values,
            "filename": self.filename,
            "applied_at": applied_at,
            "duration_seconds": seconds,
        }


def read_status(connection: Any) -> list[MigrationStatus]:
    """Return the applied migrations in their order, then the pending ones in theirs."""
    loader = MigrationLoader(connection)
    known = loader.disk_migrations
    replaced = {key for migration in known.values() for key in migration.replaces}
    first = _earlier(connection) + 1
    applied = [
        MigrationStatus(app, name, _state(known, replaced, (app, name), was), version, *facts)
        for version, (app, name, was, facts) in enumerate(_applied(connection), start=first)
    ]
    return [*applied, *_pending(connection)]


def accept_edits(connection: Any, *, app: str, name: str | None = None) -> list[str]:
    """Take the files of an app's migrations, or of one, for what was applied; return the names.

    For edits that change nothing in the database, such as another formatting.
    """
    migrations = MigrationLoader(connection).disk_migrations
    edited = [
        status
        for status in read_status(connection)
        if status.state == "edited" and status.app == app and name in (None, status.name)
    ]
    with connection.cursor() as cursor:
        for status in edited:
            value = checksum(migrations[status.app, status.name])
            cursor.execute(ACCEPT, [value, status.app, status.name])
    return [f"{status.app}.{status.name}" for status in edited]


def _applied(connection: Any) -> Iterator[tuple[str, str, str | None, tuple[Any, ...]]]:
    if not MigrationRecorder(connection).has_table():
        return
    query = APPLIED if details.is_kept(connection) else APPLIED_ONLY
    with connection.cursor() as cursor:
        cursor.execute(query)
        for app, name, applied_at, was, duration, versions in cursor.fetchall():
            # Django leaves jsonb to its own field, as text.
            yield app, name, was, (applied_at, duration, was, versions and json.loads(versions))


def _earlier(connection: Any) -> int:
    # How many files the view lists before the first migration.
    with connection.cursor() as cursor:
        cursor.execute(HAS_EARLIER)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(EARLIER)
        return int(cursor.fetchone()[0])


def _state(
    known: dict[tuple[str, str], Migration],
    replaced: set[tuple[str, str]],
    key: tuple[str, str],
    was: str | None,
) -> State:
    if key not in known:
        return "applied" if key in replaced else "unknown"
    now = checksum(known[key])
    return "edited" if was and now and now != was else "applied"


def _pending(connection: Any) -> Iterator[MigrationStatus]:
    executor = MigrationExecutor(connection)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield MigrationStatus(migration.app_label, migration.name, "pending")
