"""Triggers and rules: what they should be, and what they are."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.schema.catalog import statements
from assistant.schema.catalog.differences import NOTHING, Difference
from assistant.schema.catalog.objects import Rule, Trigger
from assistant.schema.catalog.sources import Source

__all__ = ["compare_trigger"]

ENABLED = {
    "yes": "enabled",
    "no": "disabled",
    "replica": "enabled on replicas only",
    "always": "enabled on replicas, too",
}

# What makes up for rows that were written without a function's triggers.
AFTERWARDS = {"update_conversation_stats()": "then run manage.py conversation_stats rebuild."}


def compare_trigger(
    source: Source,
    what: str,
    name: str,
    expected: Trigger | Rule,
    found: Trigger | Rule | None,
) -> Iterator[Difference]:
    """Yield what differs in one trigger or rule."""
    definition = expected.definition
    kind, create = what.partition(" ")[0].upper(), f"{definition.rstrip(';')};"
    if found is None:
        yield source.differs(what, definition, NOTHING, _run(create, definition))
        return
    if found.definition != definition:
        drop = f"DROP {kind} {statements.quoted(name)} ON {statements.quoted(source.table)};"
        yield source.differs(
            what, definition, found.definition, _run(f"{drop} {create}", definition)
        )
    if found.enabled != expected.enabled:
        enable = f"ENABLE {kind} {statements.quoted(name)}"
        mend = _run(statements.alter_table(source.table, enable), definition)
        yield source.differs(what, ENABLED[expected.enabled], ENABLED[found.enabled], mend)


def _run(statement: str, definition: str) -> str:
    afterwards = [text for function, text in AFTERWARDS.items() if function in definition]
    return " ".join([f"Run {statement}", *afterwards])
