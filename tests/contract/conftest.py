"""A migrated database, the files' own database, and clients of both."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.contract.databases import alias, connect, database, run_sql_files

Client = psycopg.Connection[Any]


@pytest.fixture(scope="session")
def migrated_template(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name a database as ``migrate`` leaves it; copied, never connected to."""
    with django_db_blocker.unblock(), database("template") as name:
        with alias(name):
            call_command("migrate", database="scratch", verbosity=0)
        yield name


@pytest.fixture(scope="session")
def migrated_database(migrated_template: str) -> Iterator[str]:
    """Name the copy whose clients roll back what they do."""
    with database("migrated", template=migrated_template) as name:
        yield name


@pytest.fixture(scope="session")
def files_database(django_db_setup: None) -> Iterator[str]:
    """Name a database as the three SQL files leave it."""
    with database("files") as name:
        with connect(name, autocommit=True) as connection:
            run_sql_files(connection)
        yield name


@contextmanager
def rolled_back(name: str) -> Iterator[Client]:
    connection = connect(name)
    try:
        yield connection
        connection.rollback()
    finally:
        connection.close()


@pytest.fixture
def client(migrated_database: str) -> Iterator[Client]:
    """Return a client without Django in the migrated database; nothing is committed."""
    with rolled_back(migrated_database) as connection:
        yield connection


@pytest.fixture
def files(files_database: str) -> Iterator[Client]:
    """Return a client in the files' database; nothing is committed."""
    with rolled_back(files_database) as connection:
        yield connection


@pytest.fixture
def mended_files(files: Client) -> Client:
    """Return the same with the one constraint without which no message can be written."""
    files.execute("ALTER TABLE conversation_stats ADD UNIQUE (conversation_id)")
    return files


@pytest.fixture
def scratch(migrated_template: str) -> Iterator[str]:
    """Name a migrated database of this test alone."""
    with database("scratch", template=migrated_template) as name:
        yield name


@pytest.fixture
def empty(django_db_setup: None) -> Iterator[str]:
    """Name an empty database of this test alone."""
    with database("scratch") as name:
        yield name


@pytest.fixture
def unblocked(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let Django connect to databases that are not the test database."""
    with django_db_blocker.unblock():
        yield
