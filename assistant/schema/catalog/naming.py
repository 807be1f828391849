"""What objects are called, in differences and in snapshots."""

__all__ = ["PARTS", "named", "table_of"]

# The parts of a table, and what one of each is called.
PARTS = {
    "columns": "column {table}.{name}",
    "constraints": "constraint {name} of {table}",
    "indexes": "index {name} of {table}",
    "triggers": "trigger {name} of {table}",
    "rules": "rule {name} of {table}",
}


def named(kind: str, table: str, name: str = "") -> str:
    """Return what an object is called; of those that are not a table's part only the name."""
    if kind in PARTS:
        return PARTS[kind].format(table=table, name=name)
    return f"{kind} {table}"


def table_of(what: str) -> str:
    """Return what the table is called of which this is a part, or which this is."""
    kind, _, rest = what.partition(" ")
    name = rest.partition(".")[0] if kind == "column" else rest.rpartition(" of ")[2]
    return named("table", name)
