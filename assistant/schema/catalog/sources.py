"""Differences of one table's objects, with the migration that made them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from assistant.schema.catalog.differences import NOTHING, Difference
from assistant.schema.catalog.naming import table_of
from assistant.schema.catalog.objects import Constraint, Index, Rule, Trigger
from assistant.schema.catalog.snapshots import Snapshot

__all__ = ["Source", "extra"]

AS_MIGRATION = "Make it as {migration} does."


class Source(NamedTuple):
    """The app, and the table, whose objects are compared."""

    snapshot: Snapshot
    table: str = ""

    def differs(
        self, what: str, expected: str, found: str, way_out: str = AS_MIGRATION
    ) -> Difference:
        """Return a fault; ``{migration}`` in the way out becomes the one that made the object."""
        return Difference(self.snapshot.label, what, expected, found, self._told(what, way_out))

    def notices(self, what: str, expected: str, found: str, way_out: str) -> Difference:
        """Return what is worth knowing and no fault."""
        return Difference(self.snapshot.label, what, expected, found, way_out, "notice")

    def _told(self, what: str, way_out: str) -> str:
        if "{migration}" not in way_out:
            return way_out
        label, made_by = self.snapshot.label, self.snapshot.made_by
        name = made_by.get(what) or made_by[table_of(what)]
        told = way_out.replace("{migration}", f"{label}.{name}")
        return f"{told} manage.py sqlmigrate {label} {name[:4]} prints that."


def extra(
    source: Source, what: str, found: Constraint | Index | Trigger | Rule
) -> Iterator[Difference]:
    """Yield something that is not ours and changes what happens to rows."""
    way_out = "It changes what the table takes or holds: drop it, or know why it is there."
    yield source.differs(what, NOTHING, found.definition, way_out)
