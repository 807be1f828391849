"""A host's migration that cannot be taken back, in a database that has lived."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from assistant.schema.migrating.rollback import refuse_irreversible
from tests.contract import migrating
from tests.contract.databases import alias, connect, database
from tests.contract.rollback import points
from tests.schema import host_app

AFTER = ("assistant_conversations", "0003_keep_statistics")
MIGRATIONS = {
    "0001_create": host_app.CREATE,
    "0002_fill": "migrations.RunPython(fill_gaps)",
    "0003_change": 'migrations.AddField("Note", "title", models.TextField(null=True))',
}


@pytest.fixture
def connection(lived_in: str, unblocked: None, tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    """Return Django's connection to a database with the host's app."""
    with (
        database("way", template=lived_in) as name,
        host_app.installed(tmp_path, MIGRATIONS, after=AFTER),
        alias(name) as wrapper,
    ):
        for migration in MIGRATIONS:
            migrating.apply(wrapper, (host_app.LABEL, migration))
        yield wrapper


def test_nothing_is_touched(connection: BaseDatabaseWrapper) -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan([("assistant_conversations", None)])
    with connect(connection.settings_dict["NAME"], autocommit=True) as client:
        before = points.read_catalog(client), points.read_rows(client)
        applied = client.execute("SELECT * FROM django_migrations ORDER BY id").fetchall()

        with pytest.raises(CommandError) as told:
            refuse_irreversible(connection, plan, loader=executor.loader)

        assert (points.read_catalog(client), points.read_rows(client)) == before
        query = "SELECT * FROM django_migrations ORDER BY id"
        assert client.execute(query).fetchall() == applied
    assert str(told.value).splitlines()[1:] == [
        "  notes.0002_fill: Raw Python operation (fill_gaps) has no reverse.",
        "assistant_conversations can go back as far as 0003_keep_statistics: "
        "manage.py migrate assistant_conversations 0003_keep_statistics --database scratch",
    ]


def test_everything_of_the_project_can_be_taken_back(connection: BaseDatabaseWrapper) -> None:
    executor = MigrationExecutor(connection)
    labels = sorted({label for label, _ in executor.loader.applied_migrations} - {host_app.LABEL})
    plan = executor.migration_plan([(label, None) for label in labels])
    of_the_project = [pair for pair in plan if pair[0].app_label != host_app.LABEL]

    assert {migration.app_label for migration, _ in of_the_project} == set(labels)
    refuse_irreversible(connection, of_the_project)
