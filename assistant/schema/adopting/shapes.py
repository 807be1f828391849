"""How a table of the files is written down."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Column", "ForeignKey", "Table", "columns", "indexes"]


@dataclass(frozen=True)
class Column:
    """A column; ``becomes`` is its type after the adoption, where that is another."""

    name: str
    type: str
    required: bool
    default: str | None = None
    becomes: str | None = None


@dataclass(frozen=True)
class ForeignKey:
    """A reference by one column; all cascade."""

    column: str
    table: str


@dataclass(frozen=True)
class Table:
    """A table and what belongs to it.

    ``indexes`` has their definitions after ``USING``; ``triggers`` says when each fires and what it
    calls; ``added`` are columns that the migrations add, so that no other may have these names.
    """

    name: str
    stage: int
    columns: dict[str, Column]
    key: str = "id"
    unique: str | None = None
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: dict[str, str] = field(default_factory=dict)
    triggers: dict[str, str] = field(default_factory=dict)
    added: tuple[str, ...] = ()

    @property
    def constraints(self) -> dict[str, str]:
        """Return the definitions of the constraints but for CHECKs, by name."""
        found = {f"{self.name}_pkey": f"PRIMARY KEY ({self.key})"}
        if self.unique:
            found[f"{self.name}_{self.unique}_key"] = f"UNIQUE ({self.unique})"
        for each in self.foreign_keys:
            found[f"{self.name}_{each.column}_fkey"] = (
                f"FOREIGN KEY ({each.column}) REFERENCES {each.table}(id) ON DELETE CASCADE"
            )
        return found


def columns(text: str) -> dict[str, Column]:
    """Read columns: name, type, ``!`` where NULL is refused, default, what the type becomes."""
    found = {}
    for line in text.strip().splitlines():
        name, type_, mark, default, becomes = (part.strip() for part in line.split("|"))
        found[name] = Column(name, type_, mark == "!", default or None, becomes or None)
    return found


def indexes(table: str, *definitions: str) -> dict[str, str]:
    """Return the definitions by name: ``name`` for a plain index, ``name: definition`` others."""
    found = {}
    for each in definitions:
        name, _, definition = each.partition(": ")
        found[f"idx_{table}_{name}"] = definition or f"btree ({name})"
    return found
