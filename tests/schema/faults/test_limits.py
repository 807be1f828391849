"""Limits of a role or a database that a migration runs into: one line, and nothing half-applied."""

from collections.abc import Callable

import pytest
from psycopg import sql

from tests.contract.databases import connect
from tests.schema.faults.support import (
    Whole,
    assert_no_locks,
    assert_one_line,
    assert_whole,
    held,
    migrate,
    url,
)


def limit(name: str, setting: str, value: str) -> None:
    with connect(name, autocommit=True) as client:
        statement = sql.SQL("ALTER DATABASE {} SET {} = {}")
        parts = sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
        client.execute(statement.format(*parts))


@pytest.mark.parametrize(
    "setting, said",
    [
        ("statement_timeout", "The statement was cancelled, by statement_timeout"),
        ("idle_in_transaction_session_timeout", "idle_in_transaction_session_timeout is shorter"),
    ],
)
def test_timeouts(make: Callable[..., str], setting: str, said: str) -> None:
    name = make()
    limit(name, setting, "400ms")

    result = migrate(url(name), "faults_host", migrations="sleeping")

    assert_one_line(result, "faults_host.0002_sleep: ", said)
    with connect(name) as client:
        query = "SELECT name FROM django_migrations WHERE app = 'faults_host'"
        assert client.execute(query).fetchall() == [("0001_make",)]
        client.rollback()
        assert_no_locks(client)


def test_a_lock_timeout_while_an_index_is_built(make: Callable[..., str], whole: Whole) -> None:
    name = make()
    result = migrate(url(name), "assistant_conversations", "0004")
    assert result.code == 0, result
    limit(name, "lock_timeout", "500ms")

    with held(name, "LOCK TABLE messages IN ROW EXCLUSIVE MODE"):
        first = migrate(url(name))
    second = migrate(url(name))

    assert_one_line(first, "assistant_conversations.0005_index_searches", "in use: run migrate")
    assert second.code == 0, second
    with connect(name) as client:
        assert_whole(client, whole)
