"""All or nothing."""

from itertools import count

import pytest
from django.db import transaction
from django.db.utils import OperationalError

from tests.contract import catalog
from tests.contract.databases import connect
from tests.schema.adopting.old_databases import adopt, alter, build, prepare, read

STEP = 7


class StopError(Exception):
    """What a test raises."""


def everything(client):
    """Return the catalog, exactly, and all rows."""
    return catalog.read_all(client), read(client, 3)


def test_a_failure_at_any_statement_leaves_all_as_it_was(client, blank):
    build(client, 3)
    prepare(blank, 3)
    before = everything(client)

    for limit in count(step=STEP):
        number = count()

        def fail(execute, *arguments, number=number, limit=limit):
            if next(number) == limit:
                raise StopError
            return execute(*arguments)

        try:
            with transaction.atomic(using="scratch"), blank.execute_wrapper(fail):
                alter(blank, 3)
                break
        except StopError:
            assert everything(client) == before

    assert limit > 80


def test_a_killed_session_leaves_all_as_it_was(client, blank):
    build(client, 3)
    before = everything(client)

    def kill(text):
        if text.startswith("knowledge_base"):
            with connect(blank.settings_dict["NAME"], autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(%s)", [blank.connection.info.backend_pid]
                )

    with pytest.raises(OperationalError):
        adopt(blank, 3, say=kill)

    blank.close()
    assert everything(client) == before


def test_a_row_that_a_rule_refuses_leaves_all_as_it_was(client, blank):
    build(client, 3)
    client.execute("UPDATE knowledge_base SET file_size = -1")
    before = everything(client)

    with pytest.raises(Exception, match="knowledge_base_file_size_check"):
        adopt(blank, 3)

    assert everything(client) == before
