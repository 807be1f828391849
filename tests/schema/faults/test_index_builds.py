"""A concurrent index build while other migrates wait: no deadlock."""

from collections.abc import Callable
from contextlib import ExitStack

from tests.contract.databases import connect
from tests.schema.faults.support import (
    MIGRATE,
    Process,
    Whole,
    assert_whole,
    held,
    migrate,
    url,
    wait_until,
)

BUILDING = """
SELECT FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%'
  AND wait_event_type = 'Lock'
"""
WAITING = "Another migrate is running"


def test_others_wait(make: Callable[..., str], whole: Whole) -> None:
    name = make()
    result = migrate(url(name), "assistant_conversations", "0004")
    assert result.code == 0, result

    with connect(name, autocommit=True) as client, ExitStack() as stack:
        with held(name, "LOCK TABLE messages IN ROW EXCLUSIVE MODE"):
            first = stack.enter_context(Process(url(name), *MIGRATE))
            wait_until(lambda: client.execute(BUILDING).rowcount, "the build")
            others = [stack.enter_context(Process(url(name), *MIGRATE)) for _ in range(3)]
            # Each of them has looked for the lock, and looks again.
            said = [other.popen.stdout.readline() for other in others]
        results = [process.end() for process in (first, *others)]

    assert [result.code for result in results] == [0] * 4, results
    assert all(line.startswith(WAITING) for line in said), said
    with connect(name) as client:
        assert_whole(client, whole)
