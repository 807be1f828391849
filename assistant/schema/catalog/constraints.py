"""Constraints: what they should be, and what they are."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.schema.catalog import statements
from assistant.schema.catalog.differences import NOTHING, Difference
from assistant.schema.catalog.objects import Constraint
from assistant.schema.catalog.sources import Source

__all__ = ["compare_constraint"]


def compare_constraint(
    source: Source, what: str, name: str, expected: Constraint, found: Constraint | None
) -> Iterator[Difference]:
    """Yield what differs in one constraint."""
    table, definition = source.table, expected.definition
    if found is None:
        mend = statements.add_constraint(table, name, definition)
        yield source.differs(what, definition, NOTHING, f"Run {mend}")
        return
    if found.definition != definition:
        mend = statements.replace_constraint(table, name, definition)
        yield source.differs(what, definition, found.definition, f"Run {mend}")
    elif not found.validated:
        mend = statements.alter_table(table, f"VALIDATE CONSTRAINT {statements.quoted(name)}")
        yield source.differs(what, "validated", "NOT VALID", f"Run {mend}")
    if not found.enabled:
        enable = statements.alter_table(table, "ENABLE TRIGGER ALL")
        yield source.differs(
            what,
            "enforced",
            "its triggers disabled",
            f"As a superuser run {enable} and the same for the table that it points at, then look "
            "for rows that point nowhere.",
        )
