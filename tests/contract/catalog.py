"""What a schema holds, read from pg_catalog and written without the schema's name."""

from typing import Any

import psycopg

from tests.contract import catalog_details
from tests.contract.catalog_details import NOT_OF_AN_EXTENSION

Catalog = dict[str, list[str]]

COLUMNS = """
    SELECT c.relname, concat_ws(' ',
        a.attname,
        format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN 'NOT NULL' END,
        CASE a.attidentity WHEN 'd' THEN 'IDENTITY' END,
        CASE a.attgenerated WHEN 's' THEN 'GENERATED AS ' || pg_get_expr(d.adbin, a.attrelid, true)
            ELSE 'DEFAULT ' || pg_get_expr(d.adbin, a.attrelid, true) END)
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
      AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY c.relname, a.attnum
"""

# Without the NOT NULLs, which PostgreSQL 18 lists as constraints, too. An IN over varchar is cast
# as a whole; once dumped and restored, each of its values is.
CONSTRAINTS = """
    SELECT c.relname, concat_ws(' ', o.conname, replace(replace(
        pg_get_constraintdef(o.oid, true),
        '::character varying::text', '::character varying'), ']::text[]', ']'))
    FROM pg_constraint AS o JOIN pg_class AS c ON c.oid = o.conrelid
    WHERE c.relnamespace = current_schema()::regnamespace
      AND o.contype IN ('c', 'f', 'p', 'u', 'x')
    ORDER BY c.relname, o.conname
"""

INDEXES = """
    SELECT c.relname, pg_get_indexdef(i.indexrelid, 0, true)
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid
    JOIN pg_class AS x ON x.oid = i.indexrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND i.indisvalid
    ORDER BY c.relname, x.relname
"""

TRIGGERS = """
    SELECT c.relname, pg_get_triggerdef(t.oid, true)
    FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
    WHERE c.relnamespace = current_schema()::regnamespace
      AND NOT t.tgisinternal AND t.tgenabled = 'O'
    ORDER BY c.relname, t.tgname
"""

FUNCTIONS = f"""
    SELECT p.proname, concat_ws(' ',
        p.oid::regprocedure, 'RETURNS', format_type(p.prorettype, NULL), l.lanname,
        CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
        CASE WHEN p.proisstrict THEN 'STRICT' END,
        CASE p.proparallel WHEN 's' THEN 'PARALLEL SAFE' END,
        CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' END)
    FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
    WHERE p.pronamespace = current_schema()::regnamespace
      AND {NOT_OF_AN_EXTENSION.format(oid="p.oid")}
    ORDER BY p.proname
"""

FUNCTION_BODIES = f"""
    SELECT p.proname, concat_ws(E'\\n', obj_description(p.oid, 'pg_proc'), p.prosrc)
    FROM pg_proc AS p
    WHERE p.pronamespace = current_schema()::regnamespace
      AND {NOT_OF_AN_EXTENSION.format(oid="p.oid")}
    ORDER BY p.proname
"""

OTHER_OBJECTS = f"""
    SELECT kind, name FROM (
        SELECT c.oid, 'relation ' || c.relkind::text AS kind, c.relname AS name
        FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace
        UNION ALL
        SELECT t.oid, 'type ' || t.typtype::text, t.typname
        FROM pg_type AS t WHERE t.typnamespace = current_schema()::regnamespace
            AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.typarray = t.oid)
    ) AS o (oid, kind, name)
    WHERE {NOT_OF_AN_EXTENSION.format(oid="o.oid")}
    ORDER BY kind, name
"""

QUERIES = {
    "columns": COLUMNS,
    "constraints": CONSTRAINTS,
    "indexes": INDEXES,
    "triggers": TRIGGERS,
    "functions": FUNCTIONS,
    "function bodies": FUNCTION_BODIES,
    "other objects": OTHER_OBJECTS,
    **catalog_details.QUERIES,
}


def read(client: psycopg.Connection[Any], kind: str) -> Catalog:
    """Return one kind of object: a list of descriptions for each table, function or kind."""
    found: Catalog = {}
    for owner, description in client.execute(QUERIES[kind]):
        found.setdefault(owner, []).append(description)
    return found


def read_all(client: psycopg.Connection[Any]) -> dict[str, Catalog]:
    """Return everything that the current schema holds."""
    return {kind: read(client, kind) for kind in QUERIES}


def parse(text: str) -> Catalog:
    """Return a catalog that a test writes out: owners, indented entries, wrapped further in."""
    written: Catalog = {}
    entries: list[str] = []
    for line in text.strip("\n").splitlines():
        if line.startswith(" " * 8):
            entries[-1] += f" {line.strip()}"
        elif line.startswith(" " * 4):
            entries.append(line.strip())
        else:
            entries = written.setdefault(line, [])
    return written
