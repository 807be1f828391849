"""The statements that mend a difference, where there is a safe one."""

import re

__all__ = [
    "add_constraint",
    "alter_column",
    "alter_table",
    "concurrently",
    "quoted",
    "replace_constraint",
]

PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return name if PLAIN.match(name) else '"{}"'.format(name.replace('"', '""'))


def alter_table(table: str, action: str) -> str:
    """Return an ALTER TABLE."""
    return f"ALTER TABLE {quoted(table)} {action};"


def alter_column(table: str, column: str, action: str) -> str:
    """Return an ALTER TABLE of a column."""
    return alter_table(table, f"ALTER COLUMN {quoted(column)} {action}")


def add_constraint(table: str, name: str, definition: str) -> str:
    """Add a constraint; what rows there are is asked without locking writers out."""
    add = f"ADD CONSTRAINT {quoted(name)} {definition}"
    if not definition.startswith(("CHECK", "FOREIGN KEY")):
        return alter_table(table, add)
    validate = alter_table(table, f"VALIDATE CONSTRAINT {quoted(name)}")
    return f"{alter_table(table, f'{add} NOT VALID')} {validate}"


def replace_constraint(table: str, name: str, definition: str) -> str:
    """Drop a constraint and add it again."""
    drop = alter_table(table, f"DROP CONSTRAINT {quoted(name)}")
    return f"{drop} {add_constraint(table, name, definition)}"


def concurrently(definition: str) -> str:
    """Return a CREATE INDEX that locks no writers out."""
    return f"{definition.replace(' INDEX ', ' INDEX CONCURRENTLY ', 1)};"
