"""The live catalog of a schema.

Definitions are PostgreSQL's own, in one wording whatever the version, the session's settings and
whether the database was dumped and restored. Names are relative to the search path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from assistant.schema.catalog import queries
from assistant.schema.catalog.objects import (
    Catalog,
    Column,
    Constraint,
    Extension,
    Function,
    Index,
    Rule,
    Table,
    Trigger,
)

__all__ = ["in_one_wording", "read_catalog"]

# What definitions are written with; and who holds a table's lock for long is not waited for.
SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "quote_all_identifiers": "off",
    "lock_timeout": "5s",
}

# Returns what was before: columns are computed in their order.
SET = """
SELECT name, current_setting(name), set_config(name, value, true)
FROM unnest(%s::text[], %s::text[]) AS s (name, value)
"""

# An IN over varchar is cast as a whole; once dumped and restored, each of its values is.
SAME = {"::character varying::text": "::character varying", "]::text[]": "]"}

# Of functions, in the order of the query.
PROPERTIES = ("volatility", "strict", "parallel", "security", "cost")

NOT_VALID = re.compile(r" NOT VALID$")
STORAGE_PARAMETERS = re.compile(r" WITH \([^()]*\)")

Clean = Callable[[str | None], Any]


def read_catalog(
    source: Any, *, tables: Iterable[str] | None = None, schema: str | None = None
) -> Catalog:
    """Return what a schema holds; of all tables and views, or of those named.

    ``source`` is a connection or a cursor, Django's or psycopg's; the schema is the current one
    unless it is named. Nothing is written, and no lock is taken but the catalog's own.
    """
    with _prepared(source) as cursor:
        if schema is None:
            [(schema,)] = _rows(cursor, "SELECT current_schema()")
        if schema is None:
            raise LookupError("The search_path names no schema that this role may use.")
        names = None if tables is None else list(tables)
        extensions, hidden = _extensions(cursor)
        parameters = {"schema": schema, "tables": names}
        clean = _cleaner(hidden)
        return Catalog(
            schema=schema,
            tables=_tables(cursor, parameters, clean),
            functions=_functions(cursor, parameters, clean),
            extensions=extensions,
        )


@contextmanager
def _prepared(source: Any) -> Iterator[Any]:
    # A cursor within a transaction, of one snapshot or not, with settings of its own.
    if hasattr(source, "fetchall"):
        with in_one_wording(source):
            yield source
        return
    if hasattr(source, "alias"):
        block: Any = transaction.atomic(using=source.alias)
    else:
        block = source.transaction()
    with block, source.cursor() as cursor, in_one_wording(cursor):
        yield cursor


@contextmanager
def in_one_wording(cursor: Any) -> Iterator[None]:
    """Let PostgreSQL write definitions in one way, and wait for locks briefly.

    The cursor is in a transaction, which goes on with the settings that it had.
    """
    before = _set(cursor, SETTINGS)
    yield
    # An error takes them back with the transaction.
    _set(cursor, before)


def _set(cursor: Any, settings: dict[str, str]) -> dict[str, str]:
    rows = _rows(cursor, SET, [list(settings), list(settings.values())])
    return {name: before for name, before, _ in rows}


def _rows(cursor: Any, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    cursor.execute(query, parameters)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _cleaner(hidden: list[str]) -> Clean:
    # Returns a definition in one wording; what is out of sight is named without its schema.
    out_of_sight = re.compile(rf'(?<![\w"])(?:{"|".join(map(re.escape, hidden))})\.')

    def clean(text: str | None) -> str | None:
        if text is None:
            return None
        if hidden:
            text = out_of_sight.sub("", text)
        for one, other in SAME.items():
            text = text.replace(one, other)
        return text

    return clean


def _tables(cursor: Any, parameters: dict[str, Any], clean: Clean) -> dict[str, Table]:
    found = {
        name: Table(kind, persistence, row_security, definition and clean(definition).strip())
        for name, kind, persistence, row_security, definition in _rows(
            cursor, queries.TABLES, parameters
        )
    }

    def parts(query: str) -> Iterator[tuple[Table, str, list[Any]]]:
        # Others may be making tables, and dropping what is read, meanwhile.
        for table, name, *values in _rows(cursor, query, parameters):
            if table in found:
                yield found[table], name, values

    for table, name, (kind, not_null, default, generated, *rest) in parts(queries.COLUMNS):
        column = Column(clean(kind), not_null, clean(default), clean(generated), *rest)
        table.columns[name] = column
    for table, name, (kind, definition, *state) in parts(queries.CONSTRAINTS):
        text = NOT_VALID.sub("", clean(definition) or "")
        table.constraints[name] = Constraint(kind, text, *state)
    for table, name, (definition, *state) in parts(queries.INDEXES):
        text = STORAGE_PARAMETERS.sub("", clean(definition) or "")
        table.indexes[name] = Index(text, *state)
    for table, name, (definition, enabled) in parts(queries.TRIGGERS):
        table.triggers[name] = Trigger(clean(definition) or "", enabled)
    for table, name, (definition, enabled) in parts(queries.RULES):
        table.rules[name] = Rule(" ".join((clean(definition) or "").split()), enabled)
    return found


def _functions(cursor: Any, parameters: dict[str, Any], clean: Clean) -> dict[str, Function]:
    found = {}
    for signature, arguments, returns, language, body, *properties, config, comment in _rows(
        cursor, queries.FUNCTIONS, parameters
    ):
        settings = dict(each.split("=", 1) for each in config or ())
        path = settings.pop("search_path", None)
        found[clean(signature)] = Function(
            clean(arguments),
            clean(returns),
            language,
            tuple(line.rstrip() for line in body.strip().splitlines()),
            **dict(zip(PROPERTIES, properties, strict=True)),
            search_path=_schemas(path),
            settings=tuple(f"{name}={value}" for name, value in sorted(settings.items())),
            comment=comment,
        )
    return found


def _schemas(path: str | None) -> tuple[str, ...]:
    # A list of identifiers, quoted where they need it.
    found = re.findall(r'"((?:[^"]|"")*)"|([^\s,"]+)', path or "")
    return tuple(quoted.replace('""', '"') or bare for quoted, bare in found)


def _extensions(cursor: Any) -> tuple[dict[str, Extension], list[str]]:
    rows = _rows(cursor, queries.EXTENSIONS)
    found = {
        name: Extension(version, schema, reachable) for name, version, schema, _, reachable in rows
    }
    return found, sorted({quoted for *_, quoted, reachable in rows if not reachable})
