"""The catalog that should be, against the one that is: tables and what is within them.

What the host adds to our tables and changes what they take is a difference: columns, constraints,
unique indexes, triggers and rules. Its other indexes and row security are noticed. Storage
parameters, statistics targets, owners, rights, tablespaces and comments are the host's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.schema.catalog import statements
from assistant.schema.catalog.columns import compare_columns
from assistant.schema.catalog.differences import NOTHING, Difference
from assistant.schema.catalog.naming import named
from assistant.schema.catalog.objects import Catalog, Constraint, Index, Table, Trigger
from assistant.schema.catalog.snapshots import Snapshot
from assistant.schema.catalog.sources import Source

__all__ = ["compare_tables"]


def compare_tables(snapshot: Snapshot, found: Catalog) -> Iterator[Difference]:
    """Yield what differs in the tables of an app."""
    for name, table in snapshot.tables.items():
        source = Source(snapshot, name)
        if name not in found.tables:
            yield source.differs(
                named(table.kind, name),
                f"a {table.kind}",
                NOTHING,
                "Restore it from a backup, or make it as {migration} does.",
            )
        elif table.kind != found.tables[name].kind:
            kind = found.tables[name].kind
            yield source.differs(named(table.kind, name), f"a {table.kind}", f"a {kind}")
        else:
            yield from _compare_table(source, table, found.tables[name])


def _compare_table(source: Source, table: Table, found: Table) -> Iterator[Difference]:
    name, what = source.table, named(table.kind, source.table)
    if table.persistence != found.persistence:
        mend = statements.alter_table(name, f"SET {table.persistence.upper()}")
        yield source.differs(what, table.persistence, found.persistence, f"Run {mend}")
    if table.definition != found.definition:
        yield source.differs(what, table.definition or "", found.definition or "")
    if found.row_security and not table.row_security:
        yield source.notices(
            what,
            "no row security",
            "row security",
            "Without a policy for them, other roles than the owner see no rows.",
        )
    yield from compare_columns(source, table, found)
    for kind, compare, of_host in (
        ("constraints", _compare_constraint, _extra),
        ("indexes", _compare_index, _extra_index),
        ("triggers", _compare_trigger, _extra),
        ("rules", _compare_trigger, _extra),
    ):
        expected, live = getattr(table, kind), getattr(found, kind)
        for each in expected:
            yield from compare(
                source, named(kind, name, each), each, expected[each], live.get(each)
            )
        for each in live.keys() - expected.keys():
            yield from of_host(source, named(kind, name, each), live[each])


def _compare_constraint(
    source: Source, what: str, name: str, expected: Constraint, found: Constraint | None
) -> Iterator[Difference]:
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
        yield source.differs(
            what,
            "enforced",
            "its triggers disabled",
            f"As a superuser run {statements.alter_table(table, 'ENABLE TRIGGER ALL')} and the "
            "same for the table that it points at; then look for rows without a parent.",
        )


def _compare_index(
    source: Source, what: str, name: str, expected: Index, found: Index | None
) -> Iterator[Difference]:
    if expected.of_constraint and (found is None or found.of_constraint):
        definition = found and expected.definition  # the constraint's line has told it
    else:
        definition = expected.definition
    if found is None:
        if definition:
            create = statements.concurrently(definition)
            yield source.differs(what, definition, NOTHING, f"Run {create}")
    elif definition != found.definition:
        if expected.of_constraint:
            return
        drop = f"DROP INDEX CONCURRENTLY {statements.quoted(name)};"
        create = statements.concurrently(expected.definition)
        yield source.differs(what, expected.definition, found.definition, f"Run {drop} {create}")
    elif not found.valid:
        mend = f"REINDEX INDEX CONCURRENTLY {statements.quoted(name)};"
        yield source.differs(what, "valid", "invalid (not used)", f"Run {mend}")


def _compare_trigger(
    source: Source, what: str, name: str, expected: Trigger, found: Trigger | None
) -> Iterator[Difference]:
    kind = what.partition(" ")[0].upper()
    on = f"{kind} {statements.quoted(name)} ON {statements.quoted(source.table)};"
    if found is None:
        yield source.differs(
            what, expected.definition, NOTHING, f"Run {expected.definition.rstrip(';')};"
        )
        return
    if found.definition != expected.definition:
        mend = f"DROP {on} {expected.definition.rstrip(';')};"
        yield source.differs(what, expected.definition, found.definition, f"Run {mend}")
    if found.enabled != expected.enabled:
        mend = statements.alter_table(source.table, f"ENABLE {kind} {statements.quoted(name)}")
        yield source.differs(what, "enabled", ENABLED[found.enabled], f"Run {mend}")


ENABLED = {
    "yes": "enabled",
    "no": "disabled",
    "replica": "enabled on replicas only",
    "always": "enabled on replicas, too",
}


def _extra(source: Source, what: str, found: Any) -> Iterator[Difference]:
    yield source.differs(
        what,
        NOTHING,
        found.definition,
        "It changes what the table takes: drop it, unless it is meant to.",
    )


def _extra_index(source: Source, what: str, found: Index) -> Iterator[Difference]:
    if found.of_constraint:
        return  # which is extra itself
    if found.unique:
        yield from _extra(source, what, found)
    else:
        yield source.notices(
            what, NOTHING, found.definition, "Keep it if you made it: it changes no results."
        )
