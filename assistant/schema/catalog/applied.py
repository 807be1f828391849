"""Which migrations of an app the database has: what is compared is what all of them make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.schema.catalog.differences import Difference
from assistant.schema.catalog.snapshots import Snapshot
from assistant.schema.catalog.sources import Source

__all__ = ["Applied", "compare_migrations", "read_applied"]

Applied = dict[str, set[str]]

# Where Django's table is, the others are; without it, in the schema where they would be made.
PLACE = """
SELECT COALESCE(n.nspname, current_schema()), t.oid IS NOT NULL,
    COALESCE(has_table_privilege(t.oid, 'SELECT'), false)
FROM (SELECT to_regclass('django_migrations')::oid) AS t (oid)
LEFT JOIN pg_class AS c ON c.oid = t.oid
LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
"""
APPLIED = "SELECT app, array_agg(DISTINCT name::text) FROM django_migrations GROUP BY app"


def read_applied(cursor: Any) -> tuple[str | None, Applied | None]:
    """Return the schema, and what is applied by app; None where this role may not read that."""
    cursor.execute(PLACE)
    schema, exists, readable = cursor.fetchone()
    if not exists:
        return schema, {}
    if not readable:
        return schema, None
    cursor.execute(APPLIED)
    return schema, {app: set(names) for app, names in cursor.fetchall()}


def compare_migrations(snapshot: Snapshot, applied: Applied | None) -> Iterator[Difference]:
    """Yield a line where the database has fewer migrations of an app than the code, or more."""
    if applied is None:
        return
    source, label = Source(snapshot), snapshot.label
    found = applied.get(label, set())
    rest = "Nothing else of this app was compared."
    if missing := [name for name in snapshot.migrations if name not in found]:
        yield source.differs(
            f"app {label}",
            f"{missing[-1]} applied",
            f"{len(missing)} pending" if found else "none applied",
            f"Run manage.py migrate {label} first. {rest}",
        )
    elif unknown := sorted(found - set(snapshot.migrations)):
        yield source.differs(
            f"app {label}",
            f"{snapshot.migrations[-1]} to be the last",
            ", ".join(unknown),
            f"Run this with the code that has it. {rest}",
        )
