"""The files' own table of what was run. A view of its name takes its place."""

from typing import Any

from assistant.schema.adopting.transforming.statements import ask, run

__all__ = ["SET_ASIDE", "keep_history", "set_aside_history"]

# What the table is called from then on. It stays as it is, with its rows, and is the host's.
SET_ASIDE = "schema_migrations_before"

IS_TABLE = """
SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(%s) AND relkind IN ('r', 'p'))
"""
COLUMNS = """
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""
# A time without a zone was written in the server's, which a session begins with; Django's is its
# own.
TIME_ZONES = """
SELECT current_setting('TimeZone'), reset_val FROM pg_settings WHERE name = 'TimeZone'
"""
SET_TIME_ZONE = "SELECT set_config('TimeZone', %s, true)"
KEEP = """
INSERT INTO schema_migration_files (position, filename, applied_at)
SELECT row_number() OVER (ORDER BY {order}), {filename}, {applied_at} FROM {table}
"""


def set_aside_history(connection: Any) -> bool:
    """Rename the table, if there is one, so that our view can be made; return whether there was."""
    if not ask(connection, IS_TABLE, ["schema_migrations"])[0][0]:
        return False
    run(connection, f"ALTER TABLE schema_migrations RENAME TO {SET_ASIDE}")
    return True


def keep_history(connection: Any) -> int:
    """List the rows of the table that was set aside before the migrations; return their number."""
    if not ask(connection, IS_TABLE, [SET_ASIDE])[0][0]:
        return 0
    types = dict(ask(connection, COLUMNS, [SET_ASIDE]))
    order = [name for name in ("version", "applied_at", "filename") if name in types]
    [(own, servers)] = ask(connection, TIME_ZONES)
    run(connection, SET_TIME_ZONE, [servers])
    kept = run(
        connection,
        KEEP.format(
            order=", ".join([*order, "ctid"]),
            filename=filename(types),
            applied_at=applied_at(types),
            table=SET_ASIDE,
        ),
    )
    run(connection, SET_TIME_ZONE, [own])
    return kept


def filename(types: dict[str, str]) -> str:
    """Return the expression of a file's name: that of the version where it was not kept."""
    present = [f"{name}::text" for name in ("filename", "version") if name in types]
    return f"COALESCE({', '.join(present)})" if present else "NULL"


def applied_at(types: dict[str, str]) -> str:
    """Return the expression of the time, whatever type it was kept in."""
    kind = types.get("applied_at")
    if kind is None:
        return "NULL"
    if kind in ("smallint", "integer", "bigint", "numeric", "real", "double precision"):
        return "to_timestamp(applied_at)"  # seconds since 1970
    return "applied_at::timestamptz"
