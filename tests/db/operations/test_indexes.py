"""Indexes that are built while others write."""

from collections.abc import Iterator

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.test.utils import override_settings

from assistant.db.indexes import PrefixIndex
from assistant.db.operations import AddIndexConcurrently
from tests.db.operations import support

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "idx_things_title_prefix"


def add_index() -> AddIndexConcurrently:
    return AddIndexConcurrently("Thing", PrefixIndex("title", name=NAME))


@pytest.fixture
def state() -> Iterator[ProjectState]:
    """Make a table, and drop it."""
    create = migrations.CreateModel(
        "Thing",
        [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=50))],
        options={"db_table": "things"},
    )
    state = ProjectState()
    after = support.forwards(create, state)
    yield after
    support.backwards(create, state)


def run(operation: AddIndexConcurrently, state: ProjectState, *, back: bool = False) -> None:
    after = state.clone()
    operation.state_forwards(support.LABEL, after)
    with connection.schema_editor(atomic=False) as editor:
        if back:
            operation.database_backwards(support.LABEL, editor, after, state)
        else:
            operation.database_forwards(support.LABEL, editor, state, after)


def index() -> tuple[int, bool] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid, indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [NAME]
        )
        return cursor.fetchone()


def test_describe() -> None:
    expected = f"Concurrently create index {NAME} of model Thing"

    assert add_index().describe() == expected


def test_state_knows_the_index(state: ProjectState) -> None:
    add_index().state_forwards(support.LABEL, state)

    (known,) = state.models[support.LABEL, "thing"].options["indexes"]
    assert known.name == NAME


def test_deconstruct() -> None:
    again = support.written(add_index())

    assert isinstance(again, AddIndexConcurrently)
    assert again.index == add_index().index


def test_forwards_and_backwards(state: ProjectState) -> None:
    run(add_index(), state)
    assert index() is not None

    run(add_index(), state, back=True)
    assert index() is None


def test_the_planner_gets_statistics_of_the_expression(state: ProjectState) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO things (title) VALUES ('a'), ('b')")

    run(add_index(), state)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stats WHERE tablename = %s", [NAME])
        assert cursor.fetchone() == (1,)


def test_a_finished_index_of_a_killed_run_stays(state: ProjectState) -> None:
    run(add_index(), state)
    before = index()

    run(add_index(), state)

    assert before is not None
    assert index() == before


def test_an_invalid_index_of_a_killed_run_is_built_again(state: ProjectState) -> None:
    run(add_index(), state)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)", [NAME]
        )

    run(add_index(), state)

    found = index()
    assert found is not None
    assert found[1] is True


@pytest.mark.parametrize("valid", [True, False])
def test_an_index_of_that_name_in_another_schema_is_left_alone(
    state: ProjectState, valid: bool
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA elsewhere")
        try:
            cursor.execute("CREATE TABLE elsewhere.things (title text)")
            cursor.execute(f"CREATE INDEX {NAME} ON elsewhere.things (title)")
            cursor.execute(
                "UPDATE pg_index SET indisvalid = %s WHERE indexrelid = %s::regclass",
                [valid, f"elsewhere.{NAME}"],
            )
            cursor.execute("SET search_path = public, elsewhere")

            run(add_index(), state)

            cursor.execute(
                "SELECT indrelid = 'public.things'::regclass FROM pg_index"
                " WHERE indexrelid IN (to_regclass(%s), to_regclass(%s)) ORDER BY 1",
                [f"public.{NAME}", f"elsewhere.{NAME}"],
            )
            assert cursor.fetchall() == [(False,), (True,)]
        finally:
            cursor.execute("RESET search_path")
            cursor.execute("DROP SCHEMA elsewhere CASCADE")


def test_sqlmigrate_shows_the_statement(state: ProjectState) -> None:
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        after = state.clone()
        operation = add_index()
        operation.state_forwards(support.LABEL, after)
        operation.database_forwards(support.LABEL, editor, state, after)

    assert f'CREATE INDEX CONCURRENTLY "{NAME}" ON "things"' in "\n".join(editor.collected_sql)


def test_nothing_happens_where_the_router_says_no(state: ProjectState) -> None:
    with override_settings(DATABASE_ROUTERS=[support.SaysNo()]):
        run(add_index(), state)

    assert index() is None
