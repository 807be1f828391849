"""Migrated databases beside the test database, where what is loaded is committed."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.contract.databases import alias, database


@pytest.fixture(scope="session")
def demo_template(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name a database as ``migrate`` leaves it; copied, never connected to."""
    with django_db_blocker.unblock(), database("demo_template") as name:
        with alias(name):
            call_command("migrate", database="scratch", verbosity=0)
        yield name


@pytest.fixture
def scratch(demo_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name a migrated database of this test alone, which Django knows as ``scratch``."""
    with (
        django_db_blocker.unblock(),
        database("demo", template=demo_template) as name,
        alias(name),
    ):
        yield name


@pytest.fixture
def empty(django_db_setup: None) -> Iterator[str]:
    """Name an empty database of this test alone."""
    with database("demo_empty") as name:
        yield name
