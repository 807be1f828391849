"""What cannot be taken back is refused before anything is touched."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from assistant.schema.migrating.rollback import refuse_irreversible
from tests.contract import catalog
from tests.schema import host_app

pytestmark = pytest.mark.django_db

CREATE = """
    migrations.CreateModel(
        "Note",
        [("id", models.BigAutoField(primary_key=True)), ("title", models.TextField())],
        options={"db_table": "notes"},
    ),
"""
INDEX = 'migrations.RunSQL("CREATE INDEX notes_title ON notes (title)", "DROP INDEX notes_title"),'
FILL = "migrations.RunPython(fill_gaps),"
REFUSE = (
    "RefuseReverse(query=\"SELECT title FROM notes WHERE title LIKE 'a%'\","
    ' reason="The older schema has no notes with a.", model_name="Note"),'
)

Install = Callable[..., None]
Plan = list[tuple[Migration, bool]]


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """Return a function that installs a host's app with these migrations, and applies them."""
    with ExitStack() as stack:

        def apply(**migrations: str) -> None:
            names = {
                f"000{number}_{name}": migrations[name] for number, name in enumerate(migrations, 1)
            }
            stack.enter_context(host_app.installed(tmp_path, names))
            executor = MigrationExecutor(connection)
            executor.migrate(executor.loader.graph.leaf_nodes("notes"))

        yield apply


def plan_to(name: str | None) -> Plan:
    return MigrationExecutor(connection).migration_plan([("notes", name)])


def refusal(name: str | None) -> str:
    """Return why the app cannot go back to a migration; nothing may have been touched."""
    before = database()
    with pytest.raises(CommandError) as told:
        refuse_irreversible(connection, plan_to(name))
    assert database() == before
    first, *lines = str(told.value).splitlines()
    expected = f'Nothing was changed in database "{connection.settings_dict["NAME"]}"'
    assert first == f"{expected}, because this cannot be taken back:"
    return "\n".join(lines)


def database() -> Any:
    return catalog.read_all(connection.connection), MigrationRecorder(
        connection
    ).applied_migrations()


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_plan_without_doubt_costs_nothing(
    install: Install, django_assert_num_queries: Any
) -> None:
    install(create=CREATE, index=INDEX)
    plan = plan_to(None)

    with django_assert_num_queries(0):
        refuse_irreversible(connection, plan)


def test_a_plan_that_goes_forwards_costs_nothing(
    install: Install, django_assert_num_queries: Any
) -> None:
    install(create=CREATE, fill=FILL, refuse=REFUSE)
    plan = [(migration, False) for migration, _ in plan_to(None)]

    with django_assert_num_queries(0):
        refuse_irreversible(connection, plan)


def test_one_in_the_middle_stops_the_whole_plan(install: Install) -> None:
    install(create=CREATE, fill=FILL, index=INDEX)

    assert refusal(None) == (
        "  notes.0002_fill: Raw Python operation (fill_gaps) has no reverse.\n"
        "notes can go back as far as 0002_fill: manage.py migrate notes 0002_fill"
    )


def test_as_far_as_it_says_one_can_go(install: Install) -> None:
    install(create=CREATE, fill=FILL, index=INDEX)

    refuse_irreversible(connection, plan_to("0002_fill"))
    MigrationExecutor(connection).migrate([("notes", "0002_fill")])

    assert refusal(None).splitlines()[-1] == "Until that has changed, notes stays at 0002_fill."


def test_another_app_that_needs_it_stops_it(install: Install, tmp_path: Path) -> None:
    install(create=CREATE, index=INDEX)
    pages = {"0001_fill": FILL}
    with host_app.installed(tmp_path, pages, label="pages", after=("notes", "0001_create")):
        MigrationExecutor(connection).migrate([("pages", "0001_fill")])

        assert refusal(None) == (
            "  pages.0001_fill: Raw Python operation (fill_gaps) has no reverse.\n"
            "notes can go back as far as 0001_create: manage.py migrate notes 0001_create"
        )
        refuse_irreversible(connection, plan_to("0001_create"))


def test_every_operation_is_named(install: Install) -> None:
    both = f'{FILL} migrations.RunSQL("SELECT 1"),'
    install(create=CREATE + FILL, both=both, index=INDEX)

    assert refusal(None).splitlines()[:-1] == [
        "  notes.0002_both: Raw SQL operation has no reverse.",
        "  notes.0002_both: Raw Python operation (fill_gaps) has no reverse.",
        "  notes.0001_create: Raw Python operation (fill_gaps) has no reverse.",
    ]


def test_operations_inside_others_are_looked_at(install: Install) -> None:
    inside = f"migrations.SeparateDatabaseAndState(database_operations=[{FILL}{REFUSE}]),"
    install(create=CREATE, inside=inside)
    run("INSERT INTO notes (title) VALUES ('ab')")

    assert refusal(None).splitlines()[:-1] == [
        "  notes.0002_inside: 1 row (ab): The older schema has no notes with a.",
        "  notes.0002_inside: Raw Python operation (fill_gaps) has no reverse.",
    ]


def test_changes_of_the_state_alone_are_not(install: Install) -> None:
    inside = f"migrations.SeparateDatabaseAndState(state_operations=[{FILL}]),"
    install(create=CREATE, inside=inside)

    refuse_irreversible(connection, plan_to(None))


def test_rows_stop_the_whole_plan(install: Install) -> None:
    install(create=CREATE, refuse=REFUSE, index=INDEX)
    run("INSERT INTO notes (title) VALUES ('aa'), ('ab'), ('b')")

    assert refusal(None) == (
        "  notes.0002_refuse: 2 rows (aa, ab): The older schema has no notes with a.\n"
        "notes can go back as far as 0002_refuse: manage.py migrate notes 0002_refuse"
    )


def test_without_the_rows_one_can_go_back(install: Install) -> None:
    install(create=CREATE, refuse=REFUSE, index=INDEX)
    run("INSERT INTO notes (title) VALUES ('b')")

    refuse_irreversible(connection, plan_to(None))
    MigrationExecutor(connection).migrate([("notes", None)])


def test_rows_that_come_later_stop_it_in_their_migration(install: Install) -> None:
    install(create=CREATE, refuse=INDEX + REFUSE)
    refuse_irreversible(connection, plan_to(None))
    run("INSERT INTO notes (title) VALUES ('late')")
    run("UPDATE notes SET title = 'a ' || title")
    before = database()

    with pytest.raises(CommandError, match=r"notes cannot be taken back: 1 row \(a late\): The"):
        MigrationExecutor(connection).migrate([("notes", None)])

    assert database() == before


def test_a_table_that_has_changed_since_is_no_way_round(install: Install) -> None:
    rename = 'migrations.RenameField("Note", "title", "name"),'
    install(create=CREATE, refuse=REFUSE, rename=rename)

    assert refusal(None) == (
        "  notes.0002_refuse: The older schema has no notes with a. "
        '(The present schema cannot be asked: column "title" does not exist)\n'
        "notes can go back as far as 0002_refuse: manage.py migrate notes 0002_refuse"
    )


def test_models_are_those_of_the_migration(install: Install) -> None:
    install(create=CREATE, refuse=REFUSE, rename='migrations.RenameModel("Note", "Page"),')

    refuse_irreversible(connection, plan_to(None))


def test_where_the_router_says_no_rows_do_not_count(install: Install, settings: Any) -> None:
    install(create=CREATE, refuse=REFUSE)
    run("INSERT INTO notes (title) VALUES ('a')")
    settings.DATABASE_ROUTERS = ["tests.db.operations.support.SaysNo"]

    refuse_irreversible(connection, plan_to(None))


def test_where_the_router_says_no_django_still_wants_a_reverse(
    install: Install, settings: Any
) -> None:
    install(create=CREATE, fill=FILL)
    settings.DATABASE_ROUTERS = ["tests.db.operations.support.SaysNo"]

    assert "0002_fill: Raw Python operation (fill_gaps) has no reverse." in refusal(None)


def test_the_executors_loader_spares_another(install: Install, monkeypatch: Any) -> None:
    install(create=CREATE, refuse=REFUSE)
    executor = MigrationExecutor(connection)
    monkeypatch.delattr("assistant.schema.migrating.rollback.MigrationLoader")

    refuse_irreversible(
        connection, executor.migration_plan([("notes", None)]), loader=executor.loader
    )
