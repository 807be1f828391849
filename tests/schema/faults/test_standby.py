"""A replica, which takes no writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from assistant.db.embedded import Server
from tests.db.embedded.support import home
from tests.schema.faults.support import START, Whole, assert_one_line, manage, migrate, url

pytestmark = pytest.mark.xdist_group("faults: own server")


@contextmanager
def standby(server: Server) -> Iterator[None]:
    """Let the server run as one: in recovery, with a primary that sends nothing."""
    signal = home(server.options.data_dir) / "cluster" / "standby.signal"
    server.stop()
    signal.touch()
    signal.chmod(0o644)
    server.ensure_running()
    try:
        yield
    finally:
        server.stop()
        signal.unlink()
        server.ensure_running()


def test_a_replica(server: Server, fresh: Callable[[], str], whole: Whole) -> None:
    behind, complete = fresh(), fresh()
    params = server.ensure_running()
    assert migrate(url(complete, parameters=params)).code == 0
    with standby(server):
        with psycopg.connect(server.conninfo(complete)) as client:
            assert client.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)

        refused = migrate(url(behind, parameters=params))
        not_started = manage(url(behind, parameters=params), *START)
        nothing_to_do = migrate(url(complete, parameters=params))
        started = manage(url(complete, parameters=params), *START)

    assert_one_line(refused, "it is a replica", "Migrate on the primary.")
    assert_one_line(not_started, "Migrate on the primary.", code=3)
    assert (nothing_to_do.code, started.code) == (0, 0), (nothing_to_do, started)
