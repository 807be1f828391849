"""Compare the columns of a table with those that the files make."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.schema.adopting.findings import CHANGED, KEPT, REFUSED, Finding
from assistant.schema.adopting.live import LiveColumn, LiveTable
from assistant.schema.adopting.shapes import Column, Table

__all__ = ["compare_columns"]

RANDOM_KEY = re.compile(r"(?:\w+\.)?(?:uuid_generate_v4|gen_random_uuid)\(\)")
# As whoever made the table anew may have written them.
SYNONYMS = {"CURRENT_TIMESTAMP": "now()", "'{}'::text[]": "ARRAY[]::text[]"}


def compare_columns(table: Table, live: LiveTable) -> Iterator[Finding]:
    """Yield what differs, and what is not of the files."""
    for name, column in table.columns.items():
        what, alter = f"{table.name}.{name}", f"ALTER TABLE {table.name}"
        found = live.columns.get(name)
        if found is None:
            default = f" DEFAULT {column.default}" if column.default else ""
            add = f"{alter} ADD COLUMN {name} {column.type}{default};"
            yield Finding(REFUSED, what, "no such column", column.type, add)
            continue
        if found.type != column.type or found.filled:
            way = "real[]::" if found.type.startswith("vector") else ""
            kind = f"{found.type}, generated" if found.filled else found.type
            change = f"{alter} ALTER COLUMN {name} TYPE {column.type} USING {name}::{way}"
            yield Finding(REFUSED, what, kind, column.type, f"{change}{column.type};")
            continue
        yield from _null(what, f"{alter} ALTER COLUMN {name}", column, found)
        yield from _default(what, f"{alter} ALTER COLUMN {name}", column, found)
    for name in sorted(live.columns.keys() - table.columns.keys()):
        yield _own_column(table, name, live.columns[name])


def _null(what: str, alter: str, column: Column, found: LiveColumn) -> Iterator[Finding]:
    if column.required and not found.required:
        yield Finding(REFUSED, what, "NULL is allowed", "NOT NULL", f"{alter} SET NOT NULL;")
    # Where there is a default, the migrations refuse NULL as well.
    if found.required and not column.required and column.default is None:
        yield Finding(REFUSED, what, "NOT NULL", "NULL is allowed", f"{alter} DROP NOT NULL;")


def _default(what: str, alter: str, column: Column, found: LiveColumn) -> Iterator[Finding]:
    default = SYNONYMS.get(found.default or "", found.default)
    if default == column.default:
        return
    if column.default is None:
        expected = "no default"
        yield Finding(REFUSED, what, f"default {default}", expected, f"{alter} DROP DEFAULT;")
    elif not (column.default == "uuid_generate_v4()" and RANDOM_KEY.fullmatch(default or "")):
        becomes = column.default.replace("uuid_generate_v4", "gen_random_uuid")
        yield Finding(
            CHANGED,
            what,
            f"default {default}" if default else "none",
            f"default {column.default}",
            f"It becomes {becomes}.",
        )


def _own_column(table: Table, name: str, found: LiveColumn) -> Finding:
    what, alter = f"{table.name}.{name}", f"ALTER TABLE {table.name}"
    if name in table.added:
        way_out = f'{alter} RENAME COLUMN {name} TO "{name}_before";'
        return Finding(
            REFUSED, what, f"{found.type}", "no column of a name that a migration adds", way_out
        )
    if found.required and found.default is None and not found.filled:
        way_out = f'{alter} ALTER COLUMN "{name}" DROP NOT NULL;'
        text = f"{found.type} NOT NULL without a default"
        return Finding(REFUSED, what, text, "only columns that may be left out", way_out)
    text = f"a column of your own, {found.type}"
    return Finding(KEPT, what, text, "", "It stays, and schema verify will name it.")
