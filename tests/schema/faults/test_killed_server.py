"""A server that is killed while it migrates: one line, and the next migrate finishes."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from assistant.db.embedded import Server
from tests.db.embedded.support import server as postmaster
from tests.schema.faults.hooks import kill_server
from tests.schema.faults.support import (
    LOCK,
    MIGRATE,
    Process,
    Whole,
    assert_one_line,
    assert_whole,
    migrate,
    url,
)

pytestmark = pytest.mark.xdist_group("faults: own server")


def points(is_long: bool, statements: int) -> Iterator[tuple[int, bool]]:
    """Yield at which statements to kill it, and whether with the processes it started."""
    chance = random.Random(1)  # noqa: S311
    for number in range(10 if is_long else 2):
        yield chance.randint(2, statements), bool(number % 2)


def test_the_next_migrate_finishes(
    server: Server,
    fresh: Callable[[], str],
    whole: Whole,
    statements: int,
    is_long: bool,
) -> None:
    for at, children in points(is_long, statements):
        name = fresh()
        params = server.ensure_running()
        address = url(name, parameters=params)
        pid = postmaster(server.options.data_dir)
        death: dict[str, Any] = {"do": "kill server", "at": at, "pid": pid, "children": children}

        first = migrate(address, fault=death)
        server.ensure_running()
        second = migrate(address)

        # A postmaster alone may leave the session that migrates at work, to its end.
        if first.code or children:
            assert_one_line(first, "un migrate again")
        assert second.code == 0, (death, second)
        with psycopg.connect(server.conninfo(name)) as client:
            assert_whole(client, whole)


def test_the_projects_own_server(server: Server, whole: Whole, statements: int) -> None:
    server.ensure_running()
    pid, data = postmaster(server.options.data_dir), str(server.options.data_dir.parent)

    first = migrate(
        data, fault={"do": "kill server", "at": statements // 2, "pid": pid, "children": True}
    )
    second = migrate(data)

    assert_one_line(first, "un migrate again")
    assert second.code == 0, second
    with psycopg.connect(server.conninfo("assistant")) as client:
        assert_whole(client, whole)


def test_who_waits_is_told_in_one_line(server: Server, fresh: Callable[[], str]) -> None:
    name, params = fresh(), server.ensure_running()
    with psycopg.connect(server.conninfo(name), autocommit=True) as client:
        client.execute(LOCK)
        with Process(url(name, parameters=params), *MIGRATE) as process:
            said = process.popen.stdout.readline()
            kill_server(postmaster(server.options.data_dir), children=True)
            result = process.end()
    server.ensure_running()

    assert said.startswith("Another migrate is running")
    assert_one_line(result, name)
