"""A migrate that is killed: the next one finishes, and nothing lingers."""

import random
from collections.abc import Callable

import pytest

from tests.contract.databases import connect
from tests.schema.faults.support import (
    MIGRATE,
    START,
    Process,
    Whole,
    assert_whole,
    held,
    migrate,
    url,
    wait_until,
)

BUILDING = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND query ~ '^(CREATE|DROP) INDEX CONCURRENTLY'
  AND state = 'active'
"""
KILLED = -9


def fault(seed: int, statements: int) -> dict[str, object]:
    """Return a death: before a statement, or a moment later, wherever that is."""
    chance = random.Random(seed)  # noqa: S311
    at = chance.randint(1, statements)
    if seed % 2:
        return {"do": "kill", "at": at}
    return {"do": "kill later", "at": at, "after": chance.uniform(0, 0.05)}


def test_at_random_points(
    make: Callable[..., str], whole: Whole, statements: int, is_long: bool
) -> None:
    killed = 0
    for seed in range(30 if is_long else 4):
        name, death = make(), fault(seed, statements)

        first = migrate(url(name), fault=death)
        second = migrate(url(name))

        killed += first.code == KILLED
        assert first.code in (KILLED, 0), (death, first)
        assert second.code == 0, (death, second)
        with connect(name) as client:
            assert_whole(client, whole)
    assert killed


@pytest.mark.parametrize("before_the_end", [1, 5], ids=["last statement", "post_migrate"])
def test_at_the_end(
    make: Callable[..., str], whole: Whole, statements: int, before_the_end: int
) -> None:
    name = make()

    first = migrate(url(name), fault={"do": "kill", "at": statements - before_the_end})
    # As a server that starts, which looks whether there is anything to do.
    with Process(url(name), *START) as process:
        second = process.end()

    assert (first.code, second.code) == (KILLED, 0), (first, second)
    with connect(name) as client:
        assert_whole(client, whole)


def test_while_it_builds_an_index(make: Callable[..., str], whole: Whole) -> None:
    name = make()
    result = migrate(url(name), "assistant_conversations", "0004")
    assert result.code == 0, result

    with connect(name, autocommit=True) as client:

        def builder() -> int | None:
            row = client.execute(BUILDING).fetchone()
            return row and row[0]

        with held(name, "LOCK TABLE messages IN ROW EXCLUSIVE MODE") as writer:
            with Process(url(name), *MIGRATE) as first:
                killed = wait_until(builder, "the build")
                first.popen.kill()
            # It comes while the server still works for the dead one.
            with Process(url(name), *MIGRATE) as second:
                wait_until(lambda: builder() not in (None, killed), "the next build")
                writer.rollback()
                result = second.end()
    assert result.code == 0, result
    with connect(name) as client:
        assert_whole(client, whole)
