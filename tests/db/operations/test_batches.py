"""Changes of rows that are there already."""

import logging
from collections.abc import Iterator
from threading import Timer
from typing import Any

import pytest
from django.db import NotSupportedError, OperationalError, connection, migrations, models
from django.db.migrations.state import ProjectState
from django.test.utils import override_settings

from assistant.db.operations import UpdateInBatches, batches
from tests.contract.databases import connect
from tests.db.operations import support

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 500


def operation() -> UpdateInBatches:
    return UpdateInBatches("Thing", assign="parity = id % 2", where="parity IS NULL AND id % 5 > 0")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make several batches of few rows."""
    monkeypatch.setattr(batches, "PAGES", 1)
    monkeypatch.setattr(batches, "ROWS", 3)
    monkeypatch.setattr(batches, "PAUSE", 0.02)


@pytest.fixture
def state() -> Iterator[ProjectState]:
    """Make a table with rows, and drop it."""
    create = migrations.CreateModel(
        "Thing",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("title", models.CharField(max_length=50)),
            ("parity", models.IntegerField(null=True)),
        ],
        options={"db_table": "things"},
    )
    state = ProjectState()
    after = support.forwards(create, state)
    fetch(f"INSERT INTO things (title) SELECT 'x' FROM generate_series(1, {ROWS}) RETURNING 1")
    yield after
    support.backwards(create, state)


@pytest.fixture
def other() -> Iterator[Any]:
    """Return somebody else's session."""
    with connect(connection.settings_dict["NAME"]) as session:
        yield session
        session.rollback()


def run(state: ProjectState, *, back: bool = False) -> None:
    with connection.schema_editor(atomic=False) as editor:
        step = operation().database_backwards if back else operation().database_forwards
        step(support.LABEL, editor, state, state)


def fetch(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def left() -> int:
    [[count]] = fetch("SELECT count(*) FROM things WHERE parity IS NULL AND id % 5 > 0")
    return int(count)


def test_each_batch_is_a_transaction_of_few_rows(state: ProjectState) -> None:
    run(state)

    assert left() == 0
    [[wrong]] = fetch("SELECT count(*) FROM things WHERE parity <> id % 2 OR id % 5 = 0")
    assert wrong == ROWS / 5  # whose parity is null
    sizes = [count for [count] in fetch("SELECT count(*) FROM things GROUP BY xmin::text")]
    assert len(sizes) > 3


def test_run_again_it_leaves_alone_what_is_done(state: ProjectState) -> None:
    fetch("UPDATE things SET parity = 7 WHERE id < 100 RETURNING 1")
    before = fetch("SELECT ctid::text FROM things WHERE id < 100 ORDER BY id")

    run(state)
    run(state)

    assert left() == 0
    assert fetch("SELECT ctid::text FROM things WHERE id < 100 ORDER BY id") == before


def test_rows_that_are_locked_for_a_time_come_last(state: ProjectState, other: Any) -> None:
    # It moves to another page meanwhile.
    other.execute("UPDATE things SET title = 'y' WHERE id IN (1, 2)")
    timer = Timer(0.5, other.commit)
    timer.start()

    run(state)
    timer.join()

    assert left() == 0


def test_rows_that_stay_locked_are_left_and_logged(
    state: ProjectState,
    other: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(batches, "PATIENCE", 0.1)
    other.execute("SELECT FROM things WHERE id IN (1, 2) FOR UPDATE")

    with caplog.at_level(logging.WARNING, logger="assistant"):
        run(state)

    assert left() == 2
    assert '2 rows of "things" are locked' in caplog.text
    assert 'UPDATE "things" SET parity = id % 2 WHERE parity IS NULL AND id % 5 > 0' in caplog.text


def test_a_table_in_use_is_waited_for(state: ProjectState, other: Any) -> None:
    other.execute("LOCK TABLE things IN SHARE MODE")
    timer = Timer(1.2, other.commit)
    timer.start()

    with override_settings(ASSISTANT={"MIGRATE_LOCK_TIMEOUT": 1}):
        run(state)
    timer.join()

    assert left() == 0


def test_a_table_that_stays_in_use_is_an_error(state: ProjectState, other: Any) -> None:
    other.execute("LOCK TABLE things IN SHARE MODE")

    with (
        override_settings(ASSISTANT={"MIGRATE_LOCK_TIMEOUT": 1, "MIGRATE_WAIT": 1}),
        pytest.raises(OperationalError, match="lock timeout"),
    ):
        run(state)


def test_it_refuses_a_transaction(state: ProjectState) -> None:
    with pytest.raises(NotSupportedError, match="set atomic = False"):
        support.forwards(operation(), state)


def test_backwards_does_nothing(state: ProjectState) -> None:
    run(state, back=True)

    assert left() == ROWS * 4 / 5


def test_nothing_happens_where_the_router_says_no(state: ProjectState) -> None:
    with override_settings(DATABASE_ROUTERS=[support.SaysNo()]):
        run(state)

    assert left() == ROWS * 4 / 5


def test_sqlmigrate_shows_the_statement(state: ProjectState) -> None:
    comment, statement = support.collected_sql(operation(), state).splitlines()[-2:]

    assert comment.startswith("-- ")
    expected = 'UPDATE "things" SET parity = id % 2 WHERE parity IS NULL AND id % 5 > 0;'
    assert statement == expected


def test_deconstruct_and_describe() -> None:
    again = support.written(operation())

    assert isinstance(again, UpdateInBatches)
    assert again.deconstruct() == operation().deconstruct()
    assert again.describe() == "Update rows of model Thing in batches: parity = id % 2"
