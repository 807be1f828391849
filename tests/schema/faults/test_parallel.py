"""Many processes at once: all succeed, and leave what one alone leaves."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from psycopg import sql

from tests.contract.databases import connect
from tests.schema.faults.support import (
    MIGRATE,
    START,
    Process,
    Result,
    Whole,
    assert_one_line,
    assert_whole,
    migrate,
    url,
)

START_ASYNC = ("-c", "import config.asgi")

# The one with the lock, and the one that migrates.
LEAST = 2


def together(address: str, *commands: tuple[str, ...], **faults: object) -> list[Result]:
    """Start processes at once, and wait for all of them."""
    with ExitStack() as stack:
        processes = [
            stack.enter_context(Process(address, *command, **faults)) for command in commands
        ]
        return [process.end() for process in processes]


def assert_all_succeeded(results: list[Result]) -> None:
    assert [result.code for result in results] == [0] * len(results), results
    assert not any("Traceback" in result.errors for result in results), results


@pytest.mark.parametrize("template", [None, "half_template"], ids=["empty", "half"])
def test_migrate(
    make: Callable[..., str],
    whole: Whole,
    is_long: bool,
    template: str | None,
    request: pytest.FixtureRequest,
) -> None:
    template = template and request.getfixturevalue(template)
    for _ in range(20 if is_long else 1):
        name = make(template)

        results = together(url(name), *[MIGRATE] * (16 if is_long else 8))

        assert_all_succeeded(results)
        assert sum("Running migrations:\n  Applying" in each.output for each in results) == 1
        with connect(name) as client:
            assert_whole(client, whole)


def test_starts(make: Callable[..., str], whole: Whole) -> None:
    name = make()

    results = together(url(name), START, START_ASYNC, START)

    assert_all_succeeded(results)
    with connect(name) as client:
        assert_whole(client, whole)


@pytest.mark.parametrize("pool", [True, False], ids=["pool", "no pool"])
def test_more_than_the_server_takes(
    make: Callable[..., str], whole: Whole, login: str, pool: bool
) -> None:
    name = make()
    with connect(name, autocommit=True) as client:
        client.execute("CREATE EXTENSION vector")
        own = sql.SQL("ALTER DATABASE {} OWNER TO {}")
        client.execute(own.format(sql.Identifier(name), sql.Identifier(login)))
        few = sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}")
        client.execute(few.format(sql.Identifier(login), LEAST))
        address = url(name, parameters={"user": login, "password": "secret"})

        results = together(address, *[MIGRATE] * 3, START, pool=pool)

        client.execute(few.format(sql.Identifier(login), LEAST - 1))
        too_few = migrate(address, "--wait", "1", pool=False)

        assert_all_succeeded(results)
        assert_one_line(too_few, "too many connections for role", "takes two connections at a")
        client.autocommit = False
        assert_whole(client, whole)
