"""Sessions that an administrator ends, and a process that is interrupted."""

import signal
from collections.abc import Callable

import pytest

from tests.contract.databases import connect
from tests.schema.faults.support import (
    LOCK,
    START,
    Process,
    Whole,
    assert_no_locks,
    assert_one_line,
    assert_whole,
    manage,
    migrate,
    url,
)

LEADER, WORKER = "migrate since %", "the working session"
APPLIED = "SELECT count(*) FROM django_migrations"


@pytest.mark.parametrize("pool", [True, False], ids=["pool", "no pool"])
def test_the_session_with_the_lock(
    make: Callable[..., str], whole: Whole, statements: int, pool: bool
) -> None:
    name = make()
    fault = {"do": "terminate", "who": LEADER, "at": statements // 2}

    first = migrate(url(name), fault=fault, pool=pool)

    assert_one_line(first, name, "connection that kept the lock", "Run migrate again")
    with connect(name) as client:
        [(applied,)] = client.execute(APPLIED)
        assert first.output.count("... OK") == applied
        assert_no_locks(client)
        assert migrate(url(name)).code == 0
        assert_whole(client, whole)


@pytest.mark.parametrize(
    "pool, third", [(True, 1), (False, 1), (True, 2)], ids=["pool", "no pool", "later"]
)
def test_the_session_that_works(
    make: Callable[..., str], whole: Whole, statements: int, pool: bool, third: int
) -> None:
    name = make()
    fault = {"do": "terminate", "who": WORKER, "at": statements * third // 3}
    address = url(name, application_name=WORKER)

    first = migrate(address, fault=fault, pool=pool)

    assert_one_line(first, "run migrate again")
    with connect(name) as client:
        assert_no_locks(client)
        assert migrate(url(name)).code == 0
        assert_whole(client, whole)


@pytest.mark.parametrize("pool", [True, False], ids=["pool", "no pool"])
def test_interrupted(make: Callable[..., str], whole: Whole, statements: int, pool: bool) -> None:
    name = make()

    first = migrate(url(name), fault={"do": "interrupt", "at": statements // 2}, pool=pool)

    assert first.code not in (0, None), first
    assert first.errors.splitlines()[-1] == "KeyboardInterrupt", first
    with connect(name) as client:
        assert_no_locks(client)
        assert migrate(url(name)).code == 0
        assert_whole(client, whole)


def test_a_start_that_waits_can_be_interrupted(make: Callable[..., str]) -> None:
    name = make()
    with connect(name, autocommit=True) as client:
        client.execute(LOCK)
        with Process(url(name), *START) as process:
            lines = iter(process.popen.stderr.readline, "")
            assert any("Another migrate is running" in line for line in lines)
            process.popen.send_signal(signal.SIGINT)
            result = process.end()

    assert result.errors.splitlines()[-1] == "KeyboardInterrupt", result


def test_a_start_can_be_interrupted(
    make: Callable[..., str], whole: Whole, statements: int
) -> None:
    name = make()

    first = manage(url(name), *START, fault={"do": "interrupt", "at": statements // 2})

    assert first.code not in (0, None), first
    with connect(name) as client:
        assert_no_locks(client)
        assert migrate(url(name)).code == 0
        assert_whole(client, whole)
