"""The columns of a table: what they should be, and what they are."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.schema.catalog import statements
from assistant.schema.catalog.differences import NOTHING, Difference
from assistant.schema.catalog.naming import named
from assistant.schema.catalog.objects import OR, Column, Table
from assistant.schema.catalog.sources import Source

__all__ = ["compare_columns"]


def compare_columns(source: Source, table: Table, found: Table) -> Iterator[Difference]:
    """Yield what differs; a view's columns follow from its definition."""
    if table.definition is not None:
        return
    for name, column in table.columns.items():
        what = named("columns", source.table, name)
        if name in found.columns:
            yield from _compare(source, what, name, column, found.columns[name])
        else:
            add = f"ADD COLUMN {statements.quoted(name)} {described(column)}"
            mend = statements.alter_table(source.table, add)
            yield source.differs(what, described(column), NOTHING, f"Run {mend}")
    for name in found.columns.keys() - table.columns.keys():
        yield source.differs(
            named("columns", source.table, name),
            NOTHING,
            described(found.columns[name]),
            "The code knows nothing of it: keep what is yours in a table of its own.",
        )


def described(column: Column) -> str:
    """Return a column as CREATE TABLE has it."""
    parts = [column.type]
    if column.collation:
        parts.append(f"COLLATE {statements.quoted(column.collation)}")
    if column.not_null:
        parts.append("NOT NULL")
    if column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if column.generated is not None:
        expression, _, kind = column.generated.rpartition(" ")
        parts.append(f"GENERATED ALWAYS AS ({expression}) {kind}")
    if column.identity:
        parts.append(f"GENERATED {column.identity} AS IDENTITY")
    return " ".join(parts)


def _compare(
    source: Source, what: str, name: str, expected: Column, found: Column
) -> Iterator[Difference]:
    table = source.table

    def run(action: str) -> str:
        return f"Run {statements.alter_column(table, name, action)}"

    types = expected.type.split(OR)
    if (found.type not in types and expected.type) or expected.collation != found.collation:
        collation = f' COLLATE "{expected.collation or "default"}"'
        collation = collation if expected.collation != found.collation else ""
        was = found.type + (f' COLLATE "{found.collation}"' if found.collation else "")
        mend = run(f"TYPE {types[0] or found.type}{collation}")
        yield source.differs(what, expected.type + collation, was, mend)
    if expected.not_null and not found.not_null:
        yield source.differs(what, "NOT NULL", "nullable", run("SET NOT NULL"))
    if found.not_null and not expected.not_null:
        yield source.differs(what, "nullable", "NOT NULL", run("DROP NOT NULL"))
    if expected.default != found.default:
        action = f"SET DEFAULT {expected.default}" if expected.default else "DROP DEFAULT"
        yield source.differs(what, _default(expected.default), _default(found.default), run(action))
    if expected.generated != found.generated:
        yield source.differs(what, _generated(expected), _generated(found))
    if expected.identity != found.identity:
        yield source.differs(what, _identity(expected), _identity(found))
    if expected.storage and expected.storage != found.storage:
        found_storage = f"STORAGE {found.storage or 'of its type'}"
        action = f"SET STORAGE {expected.storage}"
        yield source.differs(what, f"STORAGE {expected.storage}", found_storage, run(action))


def _default(text: str | None) -> str:
    return "no default" if text is None else f"DEFAULT {text}"


def _generated(column: Column) -> str:
    return "not generated" if column.generated is None else f"generated as {column.generated}"


def _identity(column: Column) -> str:
    return f"GENERATED {column.identity} AS IDENTITY" if column.identity else "no identity"
