"""The catalog that an altered database is compared with."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.contract.catalog import Catalog
from tests.contract.databases import connect, database
from tests.schema.adopting.comparing import comparable


@pytest.fixture(scope="session")
def migrated_catalog(
    schema_template: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, Catalog]]:
    """Return the catalog of a database as ``migrate`` leaves it."""
    with (
        django_db_blocker.unblock(),
        database("schema_compared", template=schema_template) as name,
        connect(name) as client,
    ):
        yield comparable(client)
