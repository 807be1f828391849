"""Which statements wait for tables only so long."""

import pytest
from django.db import connection, transaction

from assistant.schema.migrating.timeouts import ROWS, ddl_timeout

pytestmark = pytest.mark.django_db


def lock_timeout():
    with connection.cursor() as cursor:
        # Not by SHOW, which is itself a statement that is looked at.
        cursor.cursor.execute("SHOW lock_timeout")
        return cursor.cursor.fetchone()[0]


def execute(statement, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.fixture
def usual():
    return lock_timeout()


def test_a_statement_that_changes_tables_is_bounded(usual):
    with transaction.atomic(), ddl_timeout(connection, seconds=1.5):
        execute("CREATE TABLE t (n int)")
        during = lock_timeout()

    assert (usual, during) == ("0", "1500ms")


def test_one_that_writes_rows_is_not(usual):
    with transaction.atomic(), ddl_timeout(connection, seconds=1.5):
        execute("CREATE TABLE t (n int)")
        execute("INSERT INTO t VALUES (%s)", [1])
        rows = lock_timeout()
        execute("ALTER TABLE t ADD m int")
        table = lock_timeout()

    assert (rows, table) == (usual, "1500ms")


def test_nothing_stays(usual):
    with transaction.atomic(using="default"), ddl_timeout(connection, seconds=1.5):
        execute("CREATE TABLE t (n int)")
        transaction.set_rollback(True)

    assert lock_timeout() == usual


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE t ADD n int",
        "  create index i on t (n)",
        "-- SELECT\nDROP TABLE t",
        "/* why */ ALTER TABLE t DROP n",
        "TRUNCATE t",
        "LOCK TABLE t",
        "DO $$ BEGIN ALTER TABLE t ADD n int; END $$",
        "",
    ],
)
def test_tables(statement):
    assert not ROWS.match(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "\n  insert into t values (1)",
        "-- why\n-- and how\nUPDATE t SET n = 1",
        "WITH a AS (SELECT 1) DELETE FROM t",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "SAVEPOINT s",
    ],
)
def test_rows(statement):
    assert ROWS.match(statement)
