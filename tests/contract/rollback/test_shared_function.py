"""The function that two apps bring is there while either has it."""

import pytest

from tests.contract.databases import connect, database
from tests.contract.rollback import points
from tests.contract.rollback.test_long_ways import catalog_of, migrate

ONLY_CONVERSATIONS = [
    ("assistant_conversations", "0004_create_search_function"),
    ("assistant_embeddings", "0002_create_embeddings"),
]
ONLY_EMBEDDINGS = [
    ("assistant_embeddings", "0003_create_functions"),
    ("assistant_conversations", "0003_keep_statistics"),
]


@pytest.mark.usefixtures("unblocked")
@pytest.mark.parametrize("way", [ONLY_CONVERSATIONS, ONLY_EMBEDDINGS])
def test_it_stays_until_neither_has_it(lived_in: str, way: list[tuple[str, str]]) -> None:
    with database("way", template=lived_in) as name:
        for step in way:
            left = migrate(name, *step)

            with connect(name) as client:
                assert points.read_catalog(client) == catalog_of(left)

        everything = migrate(name)

        with connect(name) as client:
            assert points.read_catalog(client) == catalog_of(everything)
        left = migrate(name, *way[0])
        left = migrate(name, way[1][0], "zero")
        left = migrate(name, way[0][0], "zero")
        with connect(name) as client:
            assert points.read_catalog(client) == catalog_of(left)
