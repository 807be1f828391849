"""Compare the tables that are there with those that the files make.

In what the files make nothing else is expected but the hand repairs without which they hardly
work; any other difference is refused, with the statement that mends it. What is beside it, such as
columns that may be left out, indexes, CHECKs, triggers, tables, grants and comments, stays.
Functions, triggers, defaults and the CHECK of roles become those of the migrations, whatever they
are now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.schema.adopting.arrivals import NEW_TRIGGERS, new_constraints, new_indexes
from assistant.schema.adopting.columns import compare_columns
from assistant.schema.adopting.findings import CHANGED, KEPT, REFUSED, Finding
from assistant.schema.adopting.live import LiveTable
from assistant.schema.adopting.shapes import Table

__all__ = ["ROLES", "compare_table", "is_role_check", "makes_statistics_unique"]

ROLES = {"user", "assistant", "system"}


def compare_table(table: Table, live: LiveTable) -> Iterator[Finding]:
    """Yield the differences of a table."""
    yield from compare_columns(table, live)
    yield from _constraints(table, live)
    yield from _indexes(table, live)
    yield from _triggers(table, live)


def is_role_check(kind: str, columns: list[str]) -> bool:
    """Return whether a constraint of ``messages`` is one on its roles."""
    return kind == "c" and columns == ["role"]


def makes_statistics_unique(columns: list[str]) -> bool:
    """Return whether a unique constraint or index of ``conversation_stats`` is the known repair."""
    return columns == ["conversation_id"]


def _constraints(table: Table, live: LiveTable) -> Iterator[Finding]:
    alter = f"ALTER TABLE {table.name}"
    matched = set()
    for name, definition in table.constraints.items():
        same = [
            each for each, found in live.constraints.items() if fits(found.definition, definition)
        ]
        if name in same:
            matched.add(name)
            if not live.constraints[name].valid:
                way_out = f"{alter} VALIDATE CONSTRAINT {name};"
                yield Finding(REFUSED, name, "it is NOT VALID", definition, way_out)
            continue
        add = f"{alter} ADD CONSTRAINT {name} {definition};"
        if name in live.constraints:
            matched.add(name)
            way_out = f"{alter} DROP CONSTRAINT {name}; {add}"
            yield Finding(REFUSED, name, live.constraints[name].definition, definition, way_out)
        elif same:
            matched.add(same[0])
            way_out = f'{alter} RENAME CONSTRAINT "{same[0]}" TO {name};'
            yield Finding(REFUSED, name, f"it is named {same[0]}", definition, way_out)
        else:
            yield Finding(REFUSED, name, "no such constraint", definition, add)
    roles = False
    for name in live.constraints.keys() - matched:
        found = live.constraints[name]
        if table.name == "messages" and is_role_check(found.kind, found.columns):
            roles = True
            yield from _role_check(name, found.definition)
        elif table.name == "conversation_stats" and (
            found.kind == "u" and makes_statistics_unique(found.columns)
        ):
            continue
        elif name in new_constraints():
            way_out = f'{alter} RENAME CONSTRAINT {name} TO "{name}_before";'
            expected = "no constraint of a name that a migration gives"
            yield Finding(REFUSED, name, found.definition, expected, way_out)
        else:
            text = f"a constraint of your own on {table.name}, {found.definition}"
            yield Finding(KEPT, name, text)
    if table.name == "messages" and not roles:
        yield Finding(CHANGED, "messages.role", "none", "a CHECK of the roles", "It gets one.")


def fits(found: str, expected: str) -> bool:
    """Return whether a constraint is as expected; a foreign key may be checked late already."""
    return found in {expected, f"{expected} DEFERRABLE INITIALLY DEFERRED"}


def _role_check(name: str, definition: str) -> Iterator[Finding]:
    roles = set(re.findall(r"'([^']*)'", definition))
    if roles not in (ROLES, ROLES | {"tool"}):
        becomes = f"It becomes one of {', '.join(sorted(ROLES))}."
        yield Finding(CHANGED, name, definition, "a CHECK of the files' roles", becomes)


def _indexes(table: Table, live: LiveTable) -> Iterator[Finding]:
    for name, definition in table.indexes.items():
        create = f"CREATE INDEX {name} ON {table.name} USING {definition};"
        found = live.indexes.get(name)
        if found is None:
            yield Finding(REFUSED, name, "no such index", definition, create)
            continue
        repaired = table.name == "conversation_stats" and makes_statistics_unique(found.columns)
        if found.definition != definition or (found.unique and not repaired):
            text = f"{'unique ' if found.unique else ''}{found.definition}"
            way_out = f"DROP INDEX {name}; {create}"
            yield Finding(REFUSED, name, text, definition, way_out)
        elif not found.valid:
            yield Finding(REFUSED, name, "it is invalid", definition, f"REINDEX INDEX {name};")
    for name in live.indexes.keys() - table.indexes.keys():
        found = live.indexes[name]
        if name in new_indexes():
            way_out = f'ALTER INDEX {name} RENAME TO "{name}_before";'
            expected = "no index of a name that a migration gives"
            yield Finding(REFUSED, name, found.definition, expected, way_out)
        elif not (table.name == "conversation_stats" and makes_statistics_unique(found.columns)):
            yield Finding(KEPT, name, f"an index of your own on {table.name}, {found.definition}")


def _triggers(table: Table, live: LiveTable) -> Iterator[Finding]:
    for name in table.triggers:
        enabled = live.triggers.get(name)
        if not enabled:
            found = "it is gone" if enabled is None else "it is disabled"
            yield Finding(CHANGED, name, found, "a trigger", "The migrations' own takes its place.")
    for name in live.triggers.keys() - set(table.triggers):
        if name in NEW_TRIGGERS:
            way_out = f'ALTER TRIGGER "{name}" ON {table.name} RENAME TO "{name}_before";'
            expected = "no trigger of a name that a migration gives"
            yield Finding(REFUSED, name, f"one on {table.name}", expected, way_out)
        else:
            yield Finding(KEPT, name, f"a trigger of your own on {table.name}")
