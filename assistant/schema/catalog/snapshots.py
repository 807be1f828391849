"""What the migrations of an app make, as it is kept beside this package's code.

A file an app, made from a database that was just migrated; a test compares it with one. What a
host decides is written as one of the ``PLACEHOLDERS``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from assistant.schema.catalog.objects import (
    Column,
    Constraint,
    Function,
    Index,
    Rule,
    Table,
    Trigger,
)

__all__ = ["AUTO_KEY", "DIRECTORY", "USER", "USER_KEY", "Snapshot", "labels", "load"]

DIRECTORY = Path(__file__).with_name("expected")

# The type of the user's key, the user's table and key, and the type of DEFAULT_AUTO_FIELD.
USER_KEY, USER, AUTO_KEY = "{user key}", "{user}", "{auto key}"

PARTS = {
    "columns": Column,
    "constraints": Constraint,
    "indexes": Index,
    "triggers": Trigger,
    "rules": Rule,
}


@dataclass(frozen=True)
class Snapshot:
    """What the migrations of an app make.

    ``made_by`` names the migration of each object, by what differences call it, but for parts
    that came with their table;
    ``of_models`` are the tables that models have, and ``with_tables`` says with which of the
    tables a function comes; the others come with the app. ``anyones`` are functions that may as
    well be an extension's or the host's. ``added`` are triggers on tables of other apps of ours.
    """

    label: str
    migrations: tuple[str, ...] = ()
    tables: dict[str, Table] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    extensions: tuple[str, ...] = ()
    made_by: dict[str, str] = field(default_factory=dict)
    of_models: tuple[str, ...] = ()
    with_tables: dict[str, str] = field(default_factory=dict)
    anyones: tuple[str, ...] = ()
    added: dict[str, dict[str, Trigger]] = field(default_factory=dict)


def labels() -> list[str]:
    """Return the labels of the apps that there are snapshots of."""
    return sorted(path.stem for path in DIRECTORY.glob("*.json"))


@cache
def load(label: str) -> Snapshot:
    """Read the snapshot of an app."""
    document = json.loads((DIRECTORY / f"{label}.json").read_text(encoding="utf-8"))
    tables = {name: _table(values) for name, values in document.pop("tables").items()}
    functions = {name: _function(values) for name, values in document.pop("functions").items()}
    lists = ("migrations", "extensions", "of_models", "anyones")
    tuples: dict[str, Any] = {name: tuple(document.pop(name)) for name in lists}
    added = {
        table: {name: Trigger(**each) for name, each in triggers.items()}
        for table, triggers in document.pop("added", {}).items()
    }
    return Snapshot(
        label=label, tables=tables, functions=functions, added=added, **tuples, **document
    )


def _table(values: dict[str, Any]) -> Table:
    parts: dict[str, Any] = {
        part: {name: kind(**each) for name, each in values.pop(part, {}).items()}
        for part, kind in PARTS.items()
    }
    return Table(**values, **parts)


def _function(values: dict[str, Any]) -> Function:
    lists = {name: tuple(each) for name, each in values.items() if isinstance(each, list)}
    return Function(**{**values, **lists})
