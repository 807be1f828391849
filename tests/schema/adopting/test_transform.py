"""Altering the files' tables: what is the result, and where did the rows go?"""

import pytest
from django.core.management import call_command

from assistant.schema.adopting.transforming.stages import TABLES
from tests.contract import catalog
from tests.contract.databases import connect
from tests.schema.adopting.old_databases import adopt, build, read


def comparable(client):
    """Return the catalog, whatever the order of columns and whoever made uuid_generate_v4()."""
    return {
        kind: {
            owner: kept
            for owner, entries in owners.items()
            if owner != "uuid_generate_v4"
            and (kept := sorted(each for each in entries if "uuid_generate_v4()" not in each))
        }
        for kind, owners in catalog.read_all(client).items()
    }


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_the_catalog_is_that_of_the_migrations(stage, client, blank, migrated):
    build(client, stage)

    adopt(blank, stage)
    call_command("migrate", database="scratch", verbosity=0)

    with connect(migrated) as other:
        expected = comparable(other)
    found = comparable(client)
    for kind in expected:
        assert found[kind] == expected[kind], kind
