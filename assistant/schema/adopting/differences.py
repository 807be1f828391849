"""Compare the tables that are there with those that the files make.

In what the files make nothing else is expected but the hand repairs without which they hardly
work; any other difference is refused, with the statement that mends it. What is beside it, such as
columns that may be left out, indexes, CHECKs, triggers, tables, grants and comments, stays.
Functions, triggers, defaults, foreign keys and the CHECK of roles become those of the migrations,
whatever they are now, and indexes that are gone are built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.schema.adopting.arrivals import NEW_TRIGGERS, new_constraints, new_indexes
from assistant.schema.adopting.columns import compare_columns
from assistant.schema.adopting.findings import CHANGED, KEPT, REFUSED, Finding
from assistant.schema.adopting.live import LiveConstraint, LiveTable
from assistant.schema.adopting.shapes import Table

__all__ = ["compare_table"]

ROLES = {"user", "assistant", "system"}


def compare_table(table: Table, live: LiveTable) -> Iterator[Finding]:
    """Yield the differences of a table."""
    yield from compare_columns(table, live)
    yield from _constraints(table, live)
    yield from _indexes(table, live)
    yield from _triggers(table, live)


def is_role_check(table: Table, found: LiveConstraint) -> bool:
    """Return whether a constraint says which roles there are, under whatever name."""
    return table.name == "messages" and found.kind == "c" and found.columns == ["role"]


def is_repair(table: Table, unique: bool, columns: list[str]) -> bool:
    """Return whether an index or a constraint is the one without which no message goes in."""
    return table.name == "conversation_stats" and unique and columns == ["conversation_id"]


def _constraints(table: Table, live: LiveTable) -> Iterator[Finding]:
    foreign = {f"{table.name}_{each.column}_fkey": each for each in table.foreign_keys}
    matched = set()
    for name, definition in table.constraints.items():
        if name in foreign:
            same = [
                other
                for other, found in live.constraints.items()
                if refers(found, foreign[name].column, foreign[name].table)
            ]
            matched.update(same)
            yield from _foreign_key(
                name, definition, {each: live.constraints[each] for each in same}
            )
        else:
            matched.add(name)
            yield from _key(table, live, name, definition)
    own = [name for name in live.constraints if name not in matched]
    roles = [name for name in own if is_role_check(table, live.constraints[name])]
    for name in own:
        found = live.constraints[name]
        if name in roles:
            yield from _role_check(name, found.definition)
        elif not is_repair(table, found.kind == "u", found.columns):
            yield _own_constraint(table, name, found.definition)
    if table.name == "messages" and not roles:
        yield Finding(CHANGED, "messages.role", "none", "a CHECK of the roles", "It gets one.")


def _foreign_key(name: str, definition: str, same: dict[str, LiveConstraint]) -> Iterator[Finding]:
    late = f"{definition} DEFERRABLE INITIALLY DEFERRED"
    sound = [
        each
        for each, found in same.items()
        if found.valid and found.definition in (definition, late)
    ]
    if sound == [name] and len(same) == 1:
        return
    texts = [f"{each}, {found.definition}" for each, found in same.items()]
    found = " and ".join(texts) or "no such constraint"
    yield Finding(CHANGED, name, found, definition, "It is made anew, and all rows are checked.")


def _key(table: Table, live: LiveTable, name: str, definition: str) -> Iterator[Finding]:
    alter = f"ALTER TABLE {table.name}"
    add = f"{alter} ADD CONSTRAINT {name} {definition};"
    same = [each for each, found in live.constraints.items() if found.definition == definition]
    if name in same:
        return
    if name in live.constraints:
        way_out = f"{alter} DROP CONSTRAINT {name}; {add}"
        yield Finding(REFUSED, name, live.constraints[name].definition, definition, way_out)
    elif same:
        way_out = f'{alter} RENAME CONSTRAINT "{same[0]}" TO {name};'
        yield Finding(REFUSED, name, f"it is named {same[0]}", definition, way_out)
    else:
        yield Finding(REFUSED, name, "no such constraint", definition, add)


def _own_constraint(table: Table, name: str, definition: str) -> Finding:
    if name in new_constraints():
        way_out = f'ALTER TABLE {table.name} RENAME CONSTRAINT {name} TO "{name}_before";'
        expected = "no constraint of a name that a migration gives"
        return Finding(REFUSED, name, definition, expected, way_out)
    return Finding(KEPT, name, f"a constraint of your own on {table.name}, {definition}")


def refers(found: LiveConstraint, column: str, table: str) -> bool:
    """Return whether a constraint is a foreign key of one column to a table."""
    return (
        found.kind == "f"
        and found.columns == [column]
        and f"REFERENCES {table}(" in found.definition
    )


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
            yield Finding(CHANGED, name, "no such index", definition, "It is built.")
        elif is_repair(table, found.unique, found.columns):
            continue
        elif found.definition != definition or found.unique:
            text = f"{'unique ' if found.unique else ''}{found.definition}"
            way_out = f"DROP INDEX {name}; {create}"
            yield Finding(REFUSED, name, text, definition, way_out)
        elif not found.valid:
            yield Finding(REFUSED, name, "it is invalid", definition, f"REINDEX INDEX {name};")
    for name in sorted(live.indexes.keys() - table.indexes.keys()):
        found = live.indexes[name]
        if name in new_indexes():
            way_out = f'ALTER INDEX {name} RENAME TO "{name}_before";'
            expected = "no index of a name that a migration gives"
            yield Finding(REFUSED, name, found.definition, expected, way_out)
        elif not is_repair(table, found.unique, found.columns):
            yield Finding(KEPT, name, f"an index of your own on {table.name}, {found.definition}")


def _triggers(table: Table, live: LiveTable) -> Iterator[Finding]:
    for name, definition in table.triggers.items():
        found = live.triggers.get(name)
        if found and found.enabled and found.definition == f"CREATE TRIGGER {name} {definition}":
            continue
        text = "it is gone"
        if found:
            text = found.definition if found.enabled else "it is disabled"
        yield Finding(CHANGED, name, text, definition, "The migrations' own takes its place.")
    for name in sorted(live.triggers.keys() - set(table.triggers)):
        if name in NEW_TRIGGERS:
            way_out = f'ALTER TRIGGER "{name}" ON {table.name} RENAME TO "{name}_before";'
            expected = "no trigger of a name that a migration gives"
            yield Finding(REFUSED, name, f"one on {table.name}", expected, way_out)
        else:
            yield Finding(KEPT, name, f"a trigger of your own on {table.name}")
