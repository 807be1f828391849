"""A migrated database in which each test's faults are rolled back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.contract.databases import alias, database


@pytest.fixture(scope="session")
def verified_database(schema_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name a migrated database that stays as it is."""
    with django_db_blocker.unblock(), database("verified", template=schema_template) as name:
        yield name


@pytest.fixture
def live(verified_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    """Return Django's connection, as ``scratch``, in a transaction that is rolled back."""
    with (
        django_db_blocker.unblock(),
        alias(verified_database) as connection,
        transaction.atomic(using="scratch"),
    ):
        yield connection
        transaction.set_rollback(True, using="scratch")
