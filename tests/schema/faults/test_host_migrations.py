"""A host's own migrations that close the connection, or fail."""

from collections.abc import Callable

import pytest

from tests.contract.databases import connect
from tests.schema.faults.support import Process, assert_no_locks, manage, migrate, url, wait_until

pools = pytest.mark.parametrize("pool", [True, False], ids=["pool", "no pool"])
VALUES = "SELECT value FROM faults_host"
HOLDERS = """
SELECT l.pid FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.granted
  AND l.classid = x'6d696772'::int AND l.objid = %s
"""
SLEEPER = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'
"""
# The process goes on with its pool's connections open, and migrates again.
TWICE = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
for _ in range(2):
    call_command("migrate", "faults_host", skip_checks=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        print("advisory locks:", cursor.fetchone()[0])
        cursor.execute("SHOW client_connection_check_interval")
        print("interval:", cursor.fetchone()[0])
        cursor.execute("SHOW lock_timeout")
        print("timeout:", cursor.fetchone()[0])
"""


@pools
def test_closing_the_connection(make: Callable[..., str], pool: bool) -> None:
    name = make()

    result = manage(url(name), "-c", TWICE, migrations="closing", pool=pool)

    assert result.code == 0, result
    facts = [line for line in result.output.splitlines() if ": 0" in line]
    assert facts == ["advisory locks: 0", "interval: 0", "timeout: 0"] * 2
    with connect(name) as client:
        assert client.execute(VALUES).fetchall() == [("migrated twice",)]


@pools
def test_afterwards_the_other_connection_is_marked(make: Callable[..., str], pool: bool) -> None:
    name = make()
    with connect(name, autocommit=True) as client:
        with Process(
            url(name), "migrate", "faults_host", "--skip-checks", migrations="closing", pool=pool
        ) as process:
            [sleeper] = wait_until(lambda: client.execute(SLEEPER).fetchone(), "the third")
            leaders = client.execute(HOLDERS, [1]).fetchall()
            workers = client.execute(HOLDERS, [2]).fetchall()
            assert process.end().code == 0
        assert len(leaders) == 1
        assert leaders[0][0] != sleeper
        assert workers == [(sleeper,)]
        assert_no_locks(client)


@pools
def test_failing(make: Callable[..., str], pool: bool) -> None:
    name = make()

    result = migrate(url(name), "faults_host", migrations="failing", pool=pool)

    assert result.code == 1
    assert "ValueError: The host's own fault." in result.errors
    with connect(name) as client:
        columns = client.execute("SELECT * FROM faults_host").description
        assert [column.name for column in columns] == ["value"]
        assert client.execute(VALUES).fetchall() == [("first",)]
        client.rollback()
        assert_no_locks(client)
