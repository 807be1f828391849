"""An adoption whose process is killed leaves the database as it was, or is done."""

import random

import pytest

from tests.contract.databases import connect, database
from tests.schema.adopting.comparing import assert_all_there
from tests.schema.adopting.old_databases import build, read
from tests.schema.adopting.test_transform_failures import everything
from tests.schema.faults.support import manage, url, wait_until

ADOPT = ("schema", "adopt", "--no-input")
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
IS_ADOPTED = "SELECT to_regclass('django_migrations') IS NOT NULL"
KILLED = -9


@pytest.fixture
def old(django_db_setup, django_db_blocker):
    """Name a database that the files made, with rows everywhere; copied, never changed."""
    with django_db_blocker.unblock(), database("adopt_old") as name:
        with connect(name, autocommit=True) as client:
            build(client, 3)
        yield name


def count_statements(old, tmp_path):
    """Return the number of statements of a whole adoption."""
    to = tmp_path / "statements"
    with database("adopt_counted", template=old) as name:
        done = manage(url(name), *ADOPT, fault={"do": "count", "to": str(to)})
    assert done.code == 0, done
    return int(to.read_text())


def test_a_killed_process(old, tmp_path, request):
    is_long = request.config.getoption("--long")
    statements = count_statements(old, tmp_path)
    with connect(old) as client:
        before, rows = everything(client), read(client, 3)
    left_alone = 0

    for seed in range(30 if is_long else 4):
        at = random.Random(seed).randint(1, statements)  # noqa: S311
        with database("adopt_killed", template=old) as name:
            first = manage(url(name), *ADOPT, fault={"do": "kill", "at": at})
            assert first.code == KILLED, (at, first)

            with connect(name, autocommit=True) as client:
                wait_until(lambda c=client: c.execute(OTHERS).fetchone() == (0,), "sessions")
                [is_adopted] = client.execute(IS_ADOPTED).fetchone()
                if not is_adopted:
                    assert everything(client) == before
                    left_alone += 1
                again = ("migrate",) if is_adopted else ADOPT
                second = manage(url(name), *again)
                assert second.code == 0, (at, second)
                assert manage(url(name), "schema", "verify").code == 0
                assert_all_there(rows, read(client, 3))

    assert left_alone
