"""What is beside the files' tables and in the way of the migrations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import DatabaseError, transaction
from django.db.migrations.recorder import MigrationRecorder

from assistant.schema.adopting.arrivals import NEW_FUNCTIONS, new_tables
from assistant.schema.adopting.findings import CHANGED, KEPT, REFUSED, Finding
from assistant.schema.adopting.live import Live
from assistant.schema.adopting.origins import FUNCTIONS, OWN_RECORDS, tables_until

__all__ = ["find_obstacles"]

# Whatever uses a column is in the way of another type, but for its own default; of a whole number
# that grows, indexes, CHECKs and statistics are made anew by PostgreSQL itself.
DEPENDENTS = """
SELECT DISTINCT c.relname || '.' || a.attname,
    CASE WHEN d.classid = 'pg_rewrite'::regclass
        THEN (SELECT concat(CASE v.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view '
            ELSE 'a rule of table ' END, r.ev_class::regclass)
            FROM pg_rewrite AS r JOIN pg_class AS v ON v.oid = r.ev_class WHERE r.oid = d.objid)
        ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END
FROM pg_depend AS d
JOIN pg_class AS c ON c.oid = d.refobjid JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
WHERE d.refclassid = 'pg_class'::regclass AND n.nspname = current_schema()
  AND c.relname || '.' || a.attname = ANY (%s)
  AND NOT (d.classid = 'pg_attrdef'::regclass AND EXISTS (SELECT FROM pg_attrdef AS f
      WHERE f.oid = d.objid AND f.adrelid = c.oid AND f.adnum = a.attnum))
  AND NOT EXISTS (SELECT FROM pg_constraint AS o
      WHERE d.classid = 'pg_constraint'::regclass AND o.oid = d.objid AND o.contype = 'n')
  AND NOT (format_type(a.atttypid, NULL) = 'integer' AND (
      d.classid IN ('pg_constraint'::regclass, 'pg_statistic_ext'::regclass)
      OR EXISTS (SELECT FROM pg_index AS x WHERE x.indexrelid = d.objid)))
ORDER BY 1, 2
"""
USERS_OF_FUNCTIONS = """
SELECT p.proname, pg_describe_object(d.classid, d.objid, d.objsubid)
FROM pg_depend AS d JOIN pg_proc AS p ON p.oid = d.refobjid
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE d.refclassid = 'pg_proc'::regclass AND n.nspname = current_schema()
  AND p.proname = ANY (%s) AND NOT EXISTS (SELECT FROM pg_trigger AS t
      WHERE d.classid = 'pg_trigger'::regclass AND t.oid = d.objid AND t.tgname = ANY (%s))
ORDER BY 1, 2
"""
# A rule of a table changes what statements do.
RULES = """
SELECT c.relname, r.rulename FROM pg_rewrite AS r
JOIN pg_class AS c ON c.oid = r.ev_class JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relname = ANY (%s) AND c.relkind = 'r' ORDER BY 1, 2
"""
POLICIES = """
SELECT c.relname, p.polname FROM pg_policy AS p
JOIN pg_class AS c ON c.oid = p.polrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relname = ANY (%s) ORDER BY 1, 2
"""
# Made by hand where an extension is missing.
SUBSTITUTES = {"uuid_generate_v4", "digest"}
# Old files are listed with their names and times.
RECORDED_TIMES = "SELECT count(applied_at::timestamptz) FROM schema_migrations"
SECONDS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")


def find_obstacles(
    connection: Any, live: Live, *, stage: int, copies: Iterable[str]
) -> Iterator[Finding]:
    """Yield what else is there: in the way, replaced or left alone.

    ``copies`` are the names of tables that the adoption makes beside those of the migrations.
    """
    yield from _dependents(connection, stage)
    yield from _rules(connection, stage)
    yield from _functions(connection, live, stage)
    yield from _tables(connection, live)
    if OWN_RECORDS in live.tables:
        yield from _records(connection, live)
    yield from _names_of_copies(live, copies)


def _dependents(connection: Any, stage: int) -> Iterator[Finding]:
    tables = tables_until(stage).values()
    growing = [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns.values()
        if column.becomes
    ]
    with connection.cursor() as cursor:
        cursor.execute(DEPENDENTS, [growing])
        found = cursor.fetchall()
    for what, user in found:
        expected = "nothing that uses a column whose type changes"
        yield Finding(REFUSED, what, user, expected, "Drop it, adopt, and create it again.")


def _rules(connection: Any, stage: int) -> Iterator[Finding]:
    names = list(tables_until(stage))
    with connection.cursor() as cursor:
        cursor.execute(RULES, [names])
        rules = cursor.fetchall()
        cursor.execute(POLICIES, [names])
        policies = cursor.fetchall()
    for table, name in rules:
        way_out = f'DROP RULE "{name}" ON {table};'
        yield Finding(REFUSED, name, f"one on {table}", "no rule that rewrites statements", way_out)
    for table, name in policies:
        yield Finding(KEPT, name, f"a policy of your own on {table}")


def _functions(connection: Any, live: Live, stage: int) -> Iterator[Finding]:
    made = {name for name, (since, _) in FUNCTIONS.items() if since <= stage}
    for name in sorted(made):
        bodies = live.functions.get(name, [])
        if any(not owned for _, owned in bodies):
            way_out = f"ALTER FUNCTION {name} OWNER TO CURRENT_USER;"
            yield Finding(REFUSED, f"{name}()", "another role's", "a function of yours", way_out)
        for body, _ in bodies:
            if hashlib.sha256(body.encode()).hexdigest() != FUNCTIONS[name][1]:
                text = "it was changed"
                yield Finding(CHANGED, f"{name}()", text, "", "The migrations' own replaces it.")
    with connection.cursor() as cursor:
        triggers = [name for table in tables_until(stage).values() for name in table.triggers]
        cursor.execute(USERS_OF_FUNCTIONS, [sorted(made), triggers])
        found = cursor.fetchall()
    for name, user in found:
        text = f"used by {user}"
        yield Finding(CHANGED, f"{name}()", text, "", "It uses the migrations' own from then on.")
    new = [*NEW_FUNCTIONS, *(name for name in FUNCTIONS if name not in made)]
    if own := sorted(live.functions.keys() - {*FUNCTIONS, *SUBSTITUTES, *new}):
        yield Finding(KEPT, "other functions", f"yours, they stay: {', '.join(own)}")
    for name in sorted(live.functions.keys() & set(new)):
        way_out = f"ALTER FUNCTION {name} RENAME TO {name}_before;"
        expected = "no function of a name that a migration gives"
        yield Finding(REFUSED, f"{name}()", "one of your own", expected, way_out)


def _tables(connection: Any, live: Live) -> Iterator[Finding]:
    recorder = MigrationRecorder(connection)
    migrated = {app for app, _ in recorder.applied_migrations()} if recorder.has_table() else set()
    new = new_tables()
    for name in sorted(live.relations & new.keys()):
        if new[name] not in migrated:
            expected = f"no table of a name that a migration of {new[name]} gives"
            way_out = f'ALTER TABLE {name} RENAME TO "{name}_before";'
            yield Finding(REFUSED, name, "one of your own", expected, way_out)
    own = [
        name
        for name in live.others
        if name not in new and name != recorder.Migration._meta.db_table
    ]
    if own:
        yield Finding(KEPT, "other tables and views", f"yours, they stay: {', '.join(own)}")


def _records(connection: Any, live: Live) -> Iterator[Finding]:
    table = live.tables[OWN_RECORDS]
    way_out = f'ALTER TABLE {OWN_RECORDS} RENAME TO "{OWN_RECORDS}_of_others";'
    if not {"version", "filename"} & table.columns.keys():
        expected = "a table with version, filename and applied_at"
        text = f"one with {', '.join(table.columns)}"
        yield Finding(REFUSED, OWN_RECORDS, text, expected, way_out)
    time = table.columns.get("applied_at")
    if time is None or time.type in SECONDS:
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(RECORDED_TIMES)
    except DatabaseError as error:
        text = str(error).splitlines()[0]
        yield Finding(REFUSED, f"{OWN_RECORDS}.applied_at", text, "times", way_out)


def _names_of_copies(live: Live, copies: Iterable[str]) -> Iterator[Finding]:
    for name in copies:
        if name in live.relations:
            expected = "no table of a name that the adoption gives"
            way_out = f'ALTER TABLE {name} RENAME TO "{name}_of_others";'
            yield Finding(REFUSED, name, "one of your own", expected, way_out)
