"""With ``migrate`` from the end to every migration of every app, and to none."""

from functools import cache

import pytest
from django.core.management import call_command
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tests.contract import migrating
from tests.contract.catalog import Catalog
from tests.contract.databases import alias, connect, database
from tests.contract.migrating import Node
from tests.contract.rollback import points

NODES = sorted(MigrationLoader(None).disk_migrations)
LABELS = sorted({label for label, _ in NODES})
LATEST = dict(NODES)
EARLIER = [(label, name) for label, name in NODES if name != LATEST[label]]


@cache
def catalog_of(applied: frozenset[Node]) -> dict[str, Catalog]:
    """Return the catalog of a database that never had any other migrations."""
    with database("straight") as name:
        with alias(name) as connection:
            MigrationRecorder(connection).ensure_schema()
            steps = [step for step in migrating.steps_up(connection) if step in applied]
            MigrationExecutor(connection).migrate(steps)
        with connect(name) as client:
            return points.read_catalog(client)


def migrate(name: str, *arguments: str) -> frozenset[Node]:
    """Run the command and return which migrations are applied."""
    with alias(name) as connection:
        call_command("migrate", *arguments, database="scratch", verbosity=0)
        return frozenset(MigrationRecorder(connection).applied_migrations())


def go_back(name: str, label: str, target: str) -> None:
    """Take an app back to a migration and look at all that is left."""
    with connect(name) as client:
        written = points.read_rows(client)

    left = migrate(name, label, target)

    own = [each for app, each in sorted(left) if app == label]
    assert own[-1:] == ([] if target == "zero" else [target])
    with connect(name) as client:
        kept = points.read_rows(client)
        assert points.read_catalog(client) == catalog_of(left)
        assert points.lost(written, kept) == {}
        assert [table for table, rows in kept.items() if len(rows) < 2] == []
        if ("assistant_schema", "0001_create_schema_migrations") in left:
            assert set(points.recorded(client)) == left


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Go to every eighth migration; to each of them in the long version.

    The short ways stop at each (test_every_point).
    """
    if "target" in metafunc.fixturenames:
        every = 1 if metafunc.config.getoption("--long") else 8
        metafunc.parametrize("label, target", EARLIER[::every])


@pytest.mark.usefixtures("unblocked")
def test_back_to_each_migration(lived_in: str, label: str, target: str) -> None:
    with database("way", template=lived_in) as name:
        go_back(name, label, target)


@pytest.mark.usefixtures("unblocked")
@pytest.mark.parametrize("label", LABELS)
def test_back_to_none_and_up_again(lived_in: str, label: str) -> None:
    with database("way", template=lived_in) as name:
        go_back(name, label, "zero")

        assert migrate(name) == frozenset(NODES)

        with connect(name) as client:
            assert points.read_catalog(client) == catalog_of(frozenset(NODES))
