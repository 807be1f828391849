"""A migrated database beside the test database, whose rows may be committed."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.contract import rows
from tests.contract.databases import alias, connect, database
from tests.conversations.statistics.sessions import Sessions, open_sessions

Client = psycopg.Connection[Any]


@pytest.fixture(scope="session")
def statistics_template(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name a database as ``migrate`` leaves it; copied, never connected to."""
    with django_db_blocker.unblock(), database("statistics") as name:
        with alias(name):
            call_command("migrate", database="scratch", verbosity=0)
        yield name


@pytest.fixture(scope="session")
def shared_database(statistics_template: str) -> Iterator[str]:
    """Name the copy whose clients roll back what they do."""
    with database("statistics_shared", template=statistics_template) as name:
        yield name


@pytest.fixture
def client(shared_database: str) -> Iterator[Client]:
    """Return a client without Django; nothing is committed."""
    connection = connect(shared_database)
    try:
        yield connection
        connection.rollback()
    finally:
        connection.close()


@pytest.fixture(scope="session")
def committing_database(statistics_template: str) -> Iterator[str]:
    """Name the copy whose clients commit."""
    with database("statistics_committing", template=statistics_template) as name:
        yield name


@pytest.fixture
def committed(committing_database: str) -> Iterator[str]:
    """Name a database to commit rows in, which is emptied afterwards."""
    yield committing_database
    with connect(committing_database, autocommit=True) as connection:
        # A client that a failed test left behind would be waited for.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("TRUNCATE conversations CASCADE")
        connection.execute("INSERT INTO users (username) VALUES ('admin') ON CONFLICT DO NOTHING")


@pytest.fixture
def sessions(committed: str) -> Iterator[Sessions]:
    """Give sessions of that database."""
    with open_sessions(committed) as opened:
        yield opened


@pytest.fixture
def pair(sessions: Sessions) -> tuple[UUID, UUID]:
    """Return two committed conversations with a message of one token each, sorted."""
    low, high = sorted(rows.conversation(sessions.observer.client) for _ in range(2))
    for key in (low, high):
        rows.message(sessions.observer.client, key, token_count=1)
    return low, high
