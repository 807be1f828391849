"""Tables and views: what they should be, and what they are.

What the host adds to our tables and changes what they take is a difference: columns, constraints,
unique indexes, triggers and rules. Its other indexes and row security are noticed. Storage
parameters, statistics targets, owners, rights, tablespaces and comments are its own business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from assistant.schema.catalog import statements
from assistant.schema.catalog.columns import compare_columns
from assistant.schema.catalog.constraints import compare_constraint
from assistant.schema.catalog.differences import NOTHING, Difference
from assistant.schema.catalog.indexes import compare_index, extra_index
from assistant.schema.catalog.naming import named
from assistant.schema.catalog.objects import Catalog, Table
from assistant.schema.catalog.snapshots import Snapshot
from assistant.schema.catalog.sources import Source, extra
from assistant.schema.catalog.triggers import compare_trigger

__all__ = ["compare_tables"]

# The parts of a table, but for columns: how one is compared, and what one is that is not ours.
PARTS = (
    ("constraints", compare_constraint, extra),
    ("indexes", compare_index, extra_index),
    ("triggers", compare_trigger, extra),
    ("rules", compare_trigger, extra),
)


def compare_tables(
    snapshot: Snapshot, found: Catalog, *, of_others: Mapping[str, Collection[str]]
) -> Iterator[Difference]:
    """Yield what differs in the tables of an app, and in what it adds to others' tables.

    ``of_others`` are the names of the triggers that our other apps add to tables.
    """
    for name, table in snapshot.tables.items():
        source = Source(snapshot, name)
        what, live = named(table.kind, name), found.tables.get(name)
        if live is None:
            way_out = "Restore it from a backup, or make it as {migration} does."
            yield source.differs(what, f"a {table.kind}", NOTHING, way_out)
        elif table.kind != live.kind:
            yield source.differs(what, f"a {table.kind}", f"a {live.kind}")
        else:
            yield from _compare_table(source, what, table, live)
            yield from compare_columns(source, table, live)
            yield from _compare_parts(source, table, live, of_others.get(name, ()))
    for name, triggers in snapshot.added.items():
        if live := found.tables.get(name):  # of one that is gone its own app tells
            source = Source(snapshot, name)
            for each, trigger in triggers.items():
                what = named("triggers", name, each)
                yield from compare_trigger(source, what, each, trigger, live.triggers.get(each))


def _compare_table(source: Source, what: str, table: Table, found: Table) -> Iterator[Difference]:
    if table.persistence != found.persistence:
        mend = statements.alter_table(source.table, f"SET {table.persistence.upper()}")
        yield source.differs(what, table.persistence, found.persistence, f"Run {mend}")
    if table.definition != found.definition:
        yield source.differs(what, table.definition or "", found.definition or "")
    if found.row_security and not table.row_security:
        yield source.notices(
            what,
            "no row security",
            "row security",
            "Roles that do not own the table see the rows that a policy lets them see.",
        )


def _compare_parts(
    source: Source, table: Table, found: Table, of_others: Collection[str]
) -> Iterator[Difference]:
    for kind, compare, of_host in PARTS:
        expected, live = getattr(table, kind), getattr(found, kind)
        for name in expected:
            what = named(kind, source.table, name)
            yield from compare(source, what, name, expected[name], live.get(name))
        known = expected.keys() | set(of_others if kind == "triggers" else ())
        for name in sorted(live.keys() - known):
            yield from of_host(source, named(kind, source.table, name), live[name])
