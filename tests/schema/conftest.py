"""Databases beside the test database, which Django knows as ``scratch``."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker

from tests.contract.databases import alias, connect, database

Client = psycopg.Connection[Any]


@pytest.fixture(scope="session")
def schema_template(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name a database as ``migrate`` leaves it; copied, never connected to."""
    with django_db_blocker.unblock(), database("schema_template") as name:
        with alias(name):
            call_command("migrate", database="scratch", verbosity=0)
        yield name


@pytest.fixture
def unblocked(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a test connect to databases that are not the test database."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def empty(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name an empty database of this test alone."""
    with django_db_blocker.unblock(), database("schema") as name:
        yield name


@pytest.fixture
def migrated(schema_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name a migrated database of this test alone."""
    with (
        django_db_blocker.unblock(),
        database("schema_migrated", template=schema_template) as name,
    ):
        yield name


@pytest.fixture
def blank(empty: str) -> Iterator[BaseDatabaseWrapper]:
    """Return Django's connection to the empty database."""
    with alias(empty) as connection:
        yield connection


@pytest.fixture
def complete(migrated: str) -> Iterator[BaseDatabaseWrapper]:
    """Return Django's connection to the migrated database."""
    with alias(migrated) as connection:
        yield connection


@pytest.fixture
def client(blank: BaseDatabaseWrapper) -> Iterator[Client]:
    """Return a client without Django of the empty database."""
    with connect(blank.settings_dict["NAME"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def observer(complete: BaseDatabaseWrapper) -> Iterator[Client]:
    """Return a client without Django of the migrated database."""
    with connect(complete.settings_dict["NAME"], autocommit=True) as connection:
        yield connection
