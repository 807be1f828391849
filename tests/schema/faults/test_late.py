"""A start with a database that is late, or never comes."""

import time
from collections.abc import Callable

import psycopg
import pytest

from assistant.db.embedded import Server
from tests.schema.faults.support import (
    START,
    Process,
    Whole,
    assert_one_line,
    assert_whole,
    manage,
    url,
)

pytestmark = pytest.mark.xdist_group("faults: own server")

APPLY = {"MIGRATE_ON_START": "apply"}
BOOT_FAILED = 3


def test_it_waits(server: Server, fresh: Callable[[], str], whole: Whole, is_long: bool) -> None:
    name, params = fresh(), server.ensure_running()
    server.stop()

    with Process(url(name, parameters=params), *START, assistant=APPLY) as process:
        said = process.popen.stderr.readline()
        time.sleep(5 if is_long else 2)
        server.ensure_running()
        result = process.end()

    assert f'Database "{name}" cannot be used' in said
    assert said.endswith("Waiting up to 30 s.\n")
    assert result.code == 0, result
    with psycopg.connect(server.conninfo(name)) as client:
        assert_whole(client, whole)


def test_it_does_not_wait_with_a_wrong_password(server: Server, fresh: Callable[[], str]) -> None:
    address = url(fresh(), parameters={**server.ensure_running(), "password": "wrong"})

    result = manage(address, *START, assistant=APPLY)

    assert_one_line(result, "password authentication failed", code=BOOT_FAILED)
    assert "Waiting" not in result.errors


@pytest.mark.parametrize("mode", ["apply", "check"])
def test_it_waits_no_longer_than_told(mode: str) -> None:
    address = "postgresql://nobody:secret@127.0.0.1:1/nothing"

    result = manage(address, *START, assistant={"MIGRATE_ON_START": mode, "DATABASE_WAIT": 1})

    assert_one_line(result, 'Not started: Database "nothing"', "Is its server", code=BOOT_FAILED)
    assert "Waiting up to 1 s." in result.errors
    assert "secret" not in result.errors
