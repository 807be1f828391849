"""Ways back that rows close."""

import threading
from typing import Any

import psycopg
import pytest
from django.core.management.base import CommandError
from django.db import connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.db.utils import ProgrammingError

from assistant.db.operations import RefuseReverse
from assistant.db.operations.refusals import MOST_ROWS
from tests.contract.databases import connect
from tests.db.operations import support

pytestmark = pytest.mark.django_db

REASON = "Delete the red things first."
OPERATION = RefuseReverse(
    query="SELECT title FROM things WHERE color LIKE 'r%' ORDER BY title",
    reason=REASON,
    model_name="Thing",
)
CREATE = migrations.CreateModel(
    "Thing",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("title", models.TextField(null=True)),
        ("color", models.TextField()),
    ],
    options={"db_table": "things"},
)


@pytest.fixture
def state() -> ProjectState:
    """Make a table of things."""
    return support.forwards(CREATE, ProjectState())


def write(*titles: str | None, color: str = "red") -> None:
    with connection.cursor() as cursor:
        rows = [(title, color) for title in titles]
        cursor.executemany("INSERT INTO things (title, color) VALUES (%s, %s)", rows)


def message(operation: RefuseReverse, state: ProjectState) -> str:
    """Return what the operation says when it refuses."""
    with pytest.raises(CommandError) as told, transaction.atomic():
        support.backwards(operation, state)
    return str(told.value)


def test_describe() -> None:
    assert OPERATION.describe() == f"Refuse to be taken back while there are rows: {REASON}"


def test_state_stays(state: ProjectState) -> None:
    before = support.snapshot(state)

    OPERATION.state_forwards(support.LABEL, state)

    assert support.snapshot(state) == before


def test_deconstruct() -> None:
    arguments = {"query": OPERATION.query, "reason": REASON, "model_name": "Thing"}

    assert OPERATION.deconstruct() == ("RefuseReverse", [], arguments)
    again = support.written(OPERATION)
    assert type(again) is RefuseReverse
    assert again.deconstruct() == OPERATION.deconstruct()


def test_deconstruct_without_a_model() -> None:
    again = support.written(RefuseReverse(query="SELECT 1", reason=REASON))

    assert again.deconstruct()[2] == {"query": "SELECT 1", "reason": REASON}


def test_forwards_nothing_happens(state: ProjectState, django_assert_num_queries: Any) -> None:
    write("a")

    with connection.schema_editor() as editor, django_assert_num_queries(0):
        OPERATION.database_forwards(support.LABEL, editor, state, state)


def test_backwards_without_such_rows(state: ProjectState) -> None:
    write("a", color="blue")

    support.backwards(OPERATION, state)


@pytest.mark.parametrize(
    "titles,told",
    [
        (["a"], "1 row (a)"),
        (["b", "a", None], "3 rows (a, b, NULL)"),
        (list("edcba"), "5 rows (a, b, c, …)"),
        (["two\nlines \x1b[31m"], r"1 row ('two\nlines \x1b[31m')"),
        (["x" * 99], f"1 row ({'x' * 60})"),
        (["a"] * MOST_ROWS, "1,000 rows (a, a, a, …)"),
        (["a"] * (MOST_ROWS + 9), "more than 1,000 rows (a, a, a, …)"),
    ],
    ids=["one", "three", "more", "untrusted", "long", "most", "too many"],
)
def test_backwards_with_such_rows(state: ProjectState, titles: list[str | None], told: str) -> None:
    write(*titles)

    expected = f"A migration of things cannot be taken back: {told}: {REASON}"
    assert message(OPERATION, state) == expected


def test_queries_may_have_columns_comments_and_a_semicolon(state: ProjectState) -> None:
    write("a")
    query = """
        WITH red AS (SELECT * FROM things WHERE color = 'red')
        SELECT title, color, color FROM red -- 100 %s of them
        ;
    """

    assert "1 row (a)" in message(RefuseReverse(query=query, reason=REASON), state)


def test_queries_cannot_write(state: ProjectState) -> None:
    write("a")
    operation = RefuseReverse(query="DELETE FROM things RETURNING title", reason=REASON)

    with pytest.raises(ProgrammingError), transaction.atomic():
        support.backwards(operation, state)


def test_where_the_router_says_no_nothing_is_asked(state: ProjectState, settings: Any) -> None:
    write("a")
    settings.DATABASE_ROUTERS = ["tests.db.operations.support.SaysNo"]

    support.backwards(OPERATION, state)
    support.backwards(RefuseReverse(query=OPERATION.query, reason=REASON), state)


def test_a_swapped_model_is_left_alone(state: ProjectState, settings: Any) -> None:
    write("a")
    settings.THING_MODEL = "people.Person"
    state.models["things", "thing"].options["swappable"] = "THING_MODEL"
    state.reload_model("things", "thing")

    support.backwards(OPERATION, state)


def test_sqlmigrate_shows_the_query(state: ProjectState) -> None:
    with connection.schema_editor(collect_sql=True) as editor:
        OPERATION.database_backwards(support.LABEL, editor, state, state)

    assert editor.collected_sql == [f"-- Refused while this finds rows: {OPERATION.query}"]


@pytest.fixture
def committed_state() -> Any:
    """Make a table that other sessions see, and drop it."""
    after = support.forwards(CREATE, ProjectState())
    yield after
    support.backwards(CREATE, ProjectState())


@pytest.mark.django_db(transaction=True)
def test_no_row_comes_in_after_the_answer(committed_state: ProjectState) -> None:
    name = connection.settings_dict["NAME"]
    insert = "INSERT INTO things (title, color) VALUES ('late', 'red')"

    with connect(name, autocommit=True) as other, transaction.atomic():
        support.backwards(OPERATION, committed_state)
        other.execute("SET lock_timeout = '50ms'")

        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(insert)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_being_written_is_waited_for(committed_state: ProjectState) -> None:
    with connect(connection.settings_dict["NAME"]) as other:
        other.execute("INSERT INTO things (title, color) VALUES ('late', 'red')")
        committing = threading.Timer(0.2, other.commit)
        committing.start()

        told = message(OPERATION, committed_state)

        committing.join()
    assert "1 row (late)" in told
