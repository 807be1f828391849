"""Others who have transactions open on the tables that a migration changes."""

import time
from collections.abc import Callable

import psycopg
import pytest

from tests.contract.databases import connect
from tests.schema.faults.support import (
    MIGRATE,
    Process,
    Result,
    Whole,
    assert_no_locks,
    assert_one_line,
    assert_whole,
    held,
    migrate,
    url,
    wait_until,
)

APPLIED = "SELECT count(*) FROM django_migrations"
WAITS_FOR_A_ROW = """
SELECT FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE%'
"""


@pytest.fixture
def before(make: Callable[..., str]) -> str:
    """Name a database with documents, to which a pending migration adds a column."""
    name = make()
    result = migrate(url(name), "assistant_embeddings", "0003")
    assert result.code == 0, result
    return name


def read_while(process: Process, client: psycopg.Connection, seconds: float) -> tuple[int, float]:
    """Read the table again and again; return how often that worked, and the longest wait."""
    longest, reads, end = 0.0, 0, time.monotonic() + seconds
    while time.monotonic() < end and process.is_running():
        started = time.monotonic()
        client.execute("SELECT FROM knowledge_base LIMIT 1")
        longest, reads = max(longest, time.monotonic() - started), reads + 1
        time.sleep(0.02)
    return reads, longest


def test_a_long_reader_is_waited_for(before: str, whole: Whole, is_long: bool) -> None:
    timeout = 2 if is_long else 1
    with connect(before, autocommit=True) as client:
        with held(before, "SELECT FROM knowledge_base"):
            process = Process(url(before), "migrate", assistant={"MIGRATE_LOCK_TIMEOUT": timeout})
            reads, longest = read_while(process, client, 10 if is_long else 3)
            assert process.is_running()
        with process:
            result: Result = process.end()

    assert result.code == 0, result
    assert "a table that it changes is in use" in result.output
    assert "a long reader (server process" in result.output
    assert reads > 20
    assert longest < timeout + 1
    with connect(before) as client:
        assert_whole(client, whole)


def test_giving_up_leaves_nothing_half_applied(before: str, whole: Whole) -> None:
    with connect(before, autocommit=True) as client, held(before, "SELECT FROM knowledge_base"):
        result = migrate(url(before), "--wait", "1", assistant={"MIGRATE_LOCK_TIMEOUT": 1})

        assert_one_line(
            result,
            "assistant_embeddings.0004_add_search_vectors: a table that it changes was in use",
            "a long reader (server process",
            "Run migrate again",
        )
        [(applied,)] = client.execute(APPLIED)
    assert migrate(url(before)).code == 0
    with connect(before) as client:
        assert applied < client.execute(APPLIED).fetchone()[0]
        assert_whole(client, whole)


def test_a_data_migration_waits_for_rows(make: Callable[..., str]) -> None:
    name = make()
    faults = {"migrations": "rows", "assistant": {"MIGRATE_LOCK_TIMEOUT": 1}}
    assert migrate(url(name), "faults_host", "0001", **faults).code == 0
    with connect(name, autocommit=True) as client:
        with (
            held(name, "UPDATE faults_host SET value = 'theirs'") as theirs,
            Process(url(name), *MIGRATE, "faults_host", **faults) as process,
        ):
            wait_until(lambda: client.execute(WAITS_FOR_A_ROW).rowcount, "the update")
            time.sleep(1.5)
            assert process.is_running()
            assert client.execute(WAITS_FOR_A_ROW).rowcount
            theirs.rollback()
            result = process.end()
        assert result.code == 0, result
        assert "in use" not in result.output
        assert client.execute("SELECT value FROM faults_host").fetchall() == [("migrated",)]
        assert_no_locks(client)
