"""Which migrations of an app the database has: what is compared is what all of them make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.schema.catalog.differences import Difference
from assistant.schema.catalog.snapshots import Snapshot
from assistant.schema.catalog.sources import Source

__all__ = ["Applied", "compare_migrations", "find_schema", "read_applied"]

Applied = dict[str, set[str]]

# Where most of the tables are that the search path finds; without any, where they would be made.
PLACE = """
SELECT COALESCE((
    SELECT n.nspname
    FROM unnest(%s::text[]) AS name
    JOIN pg_class AS c ON c.oid = to_regclass(quote_ident(name))
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    GROUP BY n.nspname
    ORDER BY count(*) DESC, array_position(current_schemas(true), n.nspname)
    LIMIT 1
), current_schema())
"""
IS_READABLE = "SELECT has_table_privilege(to_regclass('django_migrations')::oid, 'SELECT')"
APPLIED = "SELECT app, array_agg(DISTINCT name::text) FROM django_migrations GROUP BY app"


def find_schema(cursor: Any, tables: list[str]) -> str | None:
    """Return the schema that holds our tables, or None where the search path has none at all.

    Django may keep its own in another one: it takes those that it finds.
    """
    cursor.execute(PLACE, [tables])
    [schema] = cursor.fetchone()
    return schema and str(schema)


def read_applied(cursor: Any) -> Applied | None:
    """Return what is applied by app; None where this role may not read that."""
    cursor.execute(IS_READABLE)
    [is_readable] = cursor.fetchone()
    if is_readable is None:  # no such table
        return {}
    if not is_readable:
        return None
    cursor.execute(APPLIED)
    return {app: set(names) for app, names in cursor.fetchall()}


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
