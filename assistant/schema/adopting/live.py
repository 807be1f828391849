"""Read what is there of the tables that the files make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Live",
    "LiveColumn",
    "LiveConstraint",
    "LiveIndex",
    "LiveTable",
    "LiveTrigger",
    "read_live",
]

TABLES = """
SELECT c.relname, c.relkind::text, c.relpersistence::text, pg_has_role(c.relowner, 'USAGE'),
    c.relforcerowsecurity,
    EXISTS (SELECT FROM pg_inherits AS i WHERE c.oid IN (i.inhrelid, i.inhparent))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT EXISTS (SELECT FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname
"""
COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    || CASE WHEN a.attcollation <> t.typcollation
        THEN (SELECT format(' COLLATE %%I', collname) FROM pg_collation WHERE oid = a.attcollation)
        ELSE '' END, a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid, true), a.attgenerated <> '' OR a.attidentity <> ''
FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE n.nspname = current_schema() AND c.relname = ANY (%s) AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
# Of NOT NULL PostgreSQL 18 makes constraints, too.
CONSTRAINTS = """
SELECT c.relname, o.conname, o.contype::text, pg_get_constraintdef(o.oid, true), o.convalidated,
    ARRAY(SELECT a.attname::text FROM pg_attribute AS a
        WHERE a.attrelid = o.conrelid AND a.attnum = ANY (o.conkey) ORDER BY a.attnum)
FROM pg_constraint AS o
JOIN pg_class AS c ON c.oid = o.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relname = ANY (%s) AND o.contype NOT IN ('n', 't')
ORDER BY c.relname, o.conname
"""
INDEXES = """
SELECT c.relname, i.relname, pg_get_indexdef(x.indexrelid, 0, true), x.indisvalid,
    x.indisunique AND x.indpred IS NULL AND x.indexprs IS NULL,
    ARRAY(SELECT a.attname::text FROM pg_attribute AS a
        WHERE a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey::int2[]) ORDER BY a.attnum)
FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relname = ANY (%s)
  AND NOT EXISTS (SELECT FROM pg_constraint AS o
      WHERE o.conindid = x.indexrelid AND o.contype IN ('p', 'u', 'x'))
ORDER BY c.relname, i.relname
"""
TRIGGERS = """
SELECT c.relname, t.tgname, t.tgenabled <> 'D', pg_get_triggerdef(t.oid, true)
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relname = ANY (%s) AND NOT t.tgisinternal
ORDER BY c.relname, t.tgname
"""
FUNCTIONS = """
SELECT p.proname, regexp_replace(p.prosrc, '\\s+', ' ', 'g'), pg_has_role(p.proowner, 'USAGE')
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = current_schema() AND NOT EXISTS (SELECT FROM pg_depend AS d
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY p.proname
"""
RELATIONS = """
SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema()
"""


@dataclass(frozen=True)
class LiveColumn:
    """A column as it is; ``filled`` by the database itself, so that nobody need give it."""

    type: str
    required: bool
    default: str | None
    filled: bool


@dataclass(frozen=True)
class LiveConstraint:
    """A constraint as it is; ``kind`` as in ``pg_constraint``."""

    kind: str
    definition: str
    valid: bool
    columns: list[str]


@dataclass(frozen=True)
class LiveIndex:
    """An index that no constraint made; ``unique`` where it covers all rows."""

    definition: str
    valid: bool
    unique: bool
    columns: list[str]


@dataclass(frozen=True)
class LiveTrigger:
    """A trigger as it is."""

    enabled: bool
    definition: str


@dataclass(frozen=True)
class LiveTable:
    """A table of one of the files' names, or what else has that name."""

    name: str
    kind: str
    persistence: str
    owned: bool
    hides_rows: bool
    inherits: bool
    columns: dict[str, LiveColumn] = field(default_factory=dict)
    constraints: dict[str, LiveConstraint] = field(default_factory=dict)
    indexes: dict[str, LiveIndex] = field(default_factory=dict)
    triggers: dict[str, LiveTrigger] = field(default_factory=dict)


@dataclass(frozen=True)
class Live:
    """What is in the schema: tables of interest, names of others, functions."""

    tables: dict[str, LiveTable]
    others: list[str]
    functions: dict[str, list[tuple[str, bool]]]
    relations: frozenset[str]


def read_live(connection: Any, *, names: Iterable[str]) -> Live:
    """Read the schema in which Django makes its tables."""
    wanted = list(names)
    with connection.cursor() as cursor:

        def rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
            cursor.execute(query, parameters or None)
            return list(cursor.fetchall())

        found = {row[0]: LiveTable(*row) for row in rows(TABLES)}
        tables = {name: found[name] for name in wanted if name in found}
        for table, name, *facts in rows(COLUMNS, wanted):
            tables[table].columns[name] = LiveColumn(*facts)
        for table, name, *facts in rows(CONSTRAINTS, wanted):
            tables[table].constraints[name] = LiveConstraint(*facts)
        for table, name, definition, *facts in rows(INDEXES, wanted):
            after = definition.partition(" USING ")[2]
            tables[table].indexes[name] = LiveIndex(after, *facts)
        for table, name, *facts in rows(TRIGGERS, wanted):
            tables[table].triggers[name] = LiveTrigger(*facts)
        functions: dict[str, list[tuple[str, bool]]] = {}
        for name, body, owned in rows(FUNCTIONS):
            functions.setdefault(name, []).append((body.strip(), owned))
        relations = frozenset(name for (name,) in rows(RELATIONS))
    others = [name for name in found if name not in tables]
    return Live(tables, others, functions, relations)
