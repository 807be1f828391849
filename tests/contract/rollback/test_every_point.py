"""From every point of the way up one migration forwards, back and forwards again."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from tests.contract import migrating
from tests.contract.databases import alias, connect
from tests.contract.migrating import Node
from tests.contract.rollback import points, writing

Client = psycopg.Connection[Any]


@pytest.fixture
def connection(empty: str, unblocked: None) -> Iterator[BaseDatabaseWrapper]:
    """Return Django's connection to an empty database."""
    with alias(empty) as wrapper:
        yield wrapper


def test_back_to_every_point(connection: BaseDatabaseWrapper, empty: str) -> None:
    MigrationRecorder(connection).ensure_schema()
    steps = migrating.steps_up(connection)
    with connect(empty, autocommit=True) as client:
        applied: list[Node] = []
        below, rows_below = points.read_catalog(client), points.read_rows(client)
        for step in steps:
            changed = writing.CHANGED_BY.get(step)
            rows_below.pop(writing.USED_BY.get(step, ""), None)

            migrating.apply(connection, step)
            above = points.read_catalog(client)
            assert points.lost(rows_below, points.read_rows(client), but=changed) == {}, step
            writing.write(client, step)
            written = points.read_rows(client)
            assert [table for table, found in written.items() if len(found) < 2] == [], step

            migrating.take_back(connection, step)
            if applied:  # Django's own table of migrations comes with the first
                assert points.read_catalog(client) == below, step
            kept = points.read_rows(client)
            assert points.lost(written, kept) == {}, step
            kept.pop(writing.USED_BY.get(step, ""), None)
            if "schema_migration_details" in below["columns"]:
                assert points.recorded(client) == applied

            migrating.apply(connection, step)
            assert points.read_catalog(client) == above, step
            assert points.lost(kept, points.read_rows(client), but=changed) == {}, step
            writing.write(client, step)
            applied.append(step)
            below, rows_below = above, points.read_rows(client)
            if "schema_migration_details" in below["columns"]:
                assert points.recorded(client) == applied
