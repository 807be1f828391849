"""A database that was written to at every point of its way up."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.contract import migrating
from tests.contract.databases import alias, connect, database
from tests.contract.rollback import writing


@pytest.fixture(scope="session")
def lived_in(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name the database; it is copied, never connected to."""
    with django_db_blocker.unblock(), database("lived_in") as name:
        with alias(name) as connection, connect(name, autocommit=True) as client:
            for step in migrating.steps_up(connection):
                migrating.apply(connection, step)
                writing.write(client, step)
        yield name
