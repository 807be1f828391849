"""Databases made by the SQL files, which Django knows as ``scratch``."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker

from tests.contract.databases import alias, connect, database
from tests.schema.adopting.inspecting.support import run_files

Client = psycopg.Connection[Any]


@pytest.fixture(scope="session")
def files_template(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name a database as the three files leave it; copied, never changed."""
    with django_db_blocker.unblock(), database("adopting") as name:
        with connect(name, autocommit=True) as connection:
            run_files(connection)
        yield name


@pytest.fixture
def made(files_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """Return Django's connection to a database made by the files; nothing is committed."""
    with (
        django_db_blocker.unblock(),
        alias(files_template) as connection,
        transaction.atomic(using="scratch"),
    ):
        yield connection
        transaction.set_rollback(True, using="scratch")


@pytest.fixture
def run(made: BaseDatabaseWrapper) -> Callable[..., Any]:
    """Return a function that runs statements there and returns the last one's rows."""

    def execute(statement: str, parameters: Any = None) -> Any:
        with made.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else None

    return execute


@pytest.fixture
def copy(files_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """Return Django's connection to a copy of this test alone."""
    with (
        django_db_blocker.unblock(),
        database("adopting_copy", template=files_template) as name,
        alias(name) as connection,
    ):
        yield connection


@pytest.fixture
def owner(copy: BaseDatabaseWrapper) -> Iterator[Client]:
    """Return a client without Django of the copy."""
    with connect(copy.settings_dict["NAME"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def by_stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Any:
    """Return a context manager: a database made by the first files, and Django's connection."""

    @contextmanager
    def make(stage: int) -> Iterator[BaseDatabaseWrapper]:
        with (
            django_db_blocker.unblock(),
            database(f"adopting_{stage}") as name,
            alias(name) as connection,
        ):
            with connect(name, autocommit=True) as client:
                run_files(client, stage=stage)
            yield connection

    return make
