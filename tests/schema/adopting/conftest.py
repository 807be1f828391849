"""The catalog that an altered database is compared with."""

from collections.abc import Iterator

import pytest

from tests.contract.catalog import Catalog
from tests.contract.databases import connect, database
from tests.schema.adopting.comparing import comparable


@pytest.fixture(scope="session")
def migrated_catalog(schema_template: str) -> Iterator[dict[str, Catalog]]:
    """Return the catalog of a database as ``migrate`` leaves it."""
    with database("schema_compared", template=schema_template) as name, connect(name) as client:
        yield comparable(client)
