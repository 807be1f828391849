"""All there is to say of a database before it is adopted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.migrations.state import ProjectState

from assistant.db.operations.extensions import CreateVectorExtension
from assistant.schema.adopting.databases import refuse_server, stage_of
from assistant.schema.adopting.differences import compare_table
from assistant.schema.adopting.findings import REFUSED, Finding
from assistant.schema.adopting.live import Live, LiveTable, read_live
from assistant.schema.adopting.models import ModelChoice, choose_models, of_no_vectors
from assistant.schema.adopting.obstacles import find_obstacles
from assistant.schema.adopting.origins import OWN_RECORDS, TABLES, tables_until
from assistant.schema.adopting.rows import TableRows
from assistant.schema.adopting.shapes import Table
from assistant.schema.adopting.vectors import TABLES as VECTORS
from assistant.schema.adopting.vectors import count_vectors
from assistant.schema.history import details

__all__ = ["Inspection", "inspect", "look"]

STATISTICS_TRIGGER = "trigger_update_conversation_stats"


@dataclass
class Inspection:
    """What was found: the last file that was run, rows by table, findings, models by size."""

    stage: int
    rows: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    models: dict[int, ModelChoice] = field(default_factory=dict)

    @property
    def refused(self) -> list[Finding]:
        """Return what has to be mended first."""
        return [each for each in self.findings if each.effect == REFUSED]


def look(connection: Any, *, wanted: dict[int, str], copies: Iterable[str] = ()) -> Inspection:
    """Inspect, and leave everything as it is."""
    with transaction.atomic(using=connection.alias):
        found = inspect(connection, wanted=wanted, copies=copies)
        transaction.set_rollback(True, using=connection.alias)
    return found


def inspect(connection: Any, *, wanted: dict[int, str], copies: Iterable[str] = ()) -> Inspection:
    """Compare tables and rows, inside a transaction.

    ``wanted`` are the models' names by size, where they were given; ``copies`` the names of tables
    that the adoption makes beside those of the migrations. Raises ``NotAdoptableError`` for a
    database that the files did not make.
    """
    refuse_server(connection)
    live = read_live(connection, names=[*TABLES, OWN_RECORDS])
    if details.is_kept(connection):  # ours, of a migrate that the files' tables stopped
        live.tables.pop(OWN_RECORDS, None)
    found = Inspection(stage_of(connection, live))
    tables = tables_until(found.stage)
    for name, table in tables.items():
        found.findings += compare_table(table, live.tables[name])
    found.findings += find_obstacles(connection, live, stage=found.stage, copies=copies)
    readable = {
        name: table for name, table in tables.items() if is_readable(table, live.tables[name])
    }
    for name in sorted(tables.keys() - readable.keys()):
        text = "not looked at, because its columns are others"
        found.findings.append(Finding(REFUSED, f"rows of {name}", text))
    for table in readable.values():
        _rows(connection, table, live, readable, found)
    # It is tried, not asked for: who may create it depends on more than a right.
    with extension_for_now(connection):
        sizes: dict[int, int] = {}
        for name in sorted(VECTORS.keys() & readable.keys()):
            found.findings += count_vectors(connection, name, sizes)
    if "embedding_models" in readable:
        models = choose_models(connection, sizes, wanted=wanted)
        found.models = models.choices
        found.findings += models.findings
    elif "embedding_models" not in tables:
        found.findings += of_no_vectors({}, wanted=wanted)
    order = {"refused": 0, "changed": 1, "kept": 2}
    found.findings.sort(key=lambda each: order[each.effect])
    return found


def is_readable(table: Table, live: LiveTable) -> bool:
    """Return whether the columns are what queries of the rows expect."""
    return all(
        name in live.columns and live.columns[name].type == column.type
        for name, column in table.columns.items()
    )


@contextmanager
def extension_for_now(connection: Any) -> Iterator[None]:
    """Have the extension ``vector`` within the block; raise ``CommandError`` where it cannot be."""
    with transaction.atomic(using=connection.alias):
        state = ProjectState()
        with connection.schema_editor(atomic=False) as editor:
            operation = CreateVectorExtension()
            operation.database_forwards("assistant_embeddings", editor, state, state)
        yield
        transaction.set_rollback(True, using=connection.alias)


def _rows(
    connection: Any, table: Table, live: Live, readable: dict[str, Table], found: Inspection
) -> None:
    rows = TableRows(connection, table, parents=readable)
    findings = list(rows)
    found.rows[table.name] = rows.total
    if table.name == "messages" and _fails_at_updates(live):
        first = (
            f"First, because it fails: ALTER TABLE messages DISABLE TRIGGER {STATISTICS_TRIGGER};"
        )
        findings = [
            replace(each, way_out=f"{first} {each.way_out}") if each.effect == REFUSED else each
            for each in findings
        ]
    found.findings += findings


def _fails_at_updates(live: Live) -> bool:
    # The files' own trigger, as long as nobody made the statistics unique.
    statistics = live.tables["conversation_stats"]
    unique = [each.columns for each in statistics.constraints.values() if each.kind == "u"]
    unique += [each.columns for each in statistics.indexes.values() if each.unique]
    trigger = live.tables["messages"].triggers.get(STATISTICS_TRIGGER)
    return trigger is not None and trigger.enabled and ["conversation_id"] not in unique
