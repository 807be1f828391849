"""Through PgBouncer, which pools transactions or sessions."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import psycopg
import pytest

from tests.contract.databases import connect, server_parameters
from tests.schema.faults.support import (
    START,
    Whole,
    assert_no_locks,
    assert_one_line,
    assert_whole,
    manage,
    migrate,
    url,
    wait_until,
)

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
CONFIG = """
[databases]
* = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
ignore_startup_parameters = extra_float_digits,options
max_client_conn = 50
default_pool_size = 10
"""
STATE = """
SELECT current_setting('application_name'), current_setting('lock_timeout'),
    current_setting('idle_session_timeout'), current_setting('client_connection_check_interval'),
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
"""
CLEAN = ("0", "0", "0", 0)

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed.")


@contextmanager
def bouncer(mode: str) -> Iterator[dict[str, str]]:
    """Run PgBouncer before the tests' server; yield where it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = server_parameters()
    names = {key: given.get(key) for key in ("host", "port", "user", "password")}
    server = " ".join(f"{key}='{value}'" for key, value in names.items() if value)
    # Not tmp_path: run by root it has another user, who must come through.
    place = Path(tempfile.mkdtemp(prefix="assistant-bouncer-"))
    place.chmod(0o755)
    file = place / "pgbouncer.ini"
    file.write_text(CONFIG.format(server=server, port=port, mode=mode))
    command = [PROGRAM, "-q", *(["-u", "postgres"] if os.geteuid() == 0 else []), str(file)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    where = {"host": "127.0.0.1", "port": str(port), "user": "postgres", "password": "any"}

    def answers() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return process.poll() is not None

    try:
        wait_until(answers, "PgBouncer")
        yield where
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(place)


@contextmanager
def busy_clients(where: dict[str, str], name: str) -> Iterator[None]:
    """Let others use the database through it all the time."""
    over = threading.Event()

    def work() -> None:
        with psycopg.connect(**where, dbname=name, autocommit=True) as client:
            while not over.wait(0.01):
                client.execute("SELECT pg_sleep(0.01)", prepare=False)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("others", [False, True], ids=["alone", "others"])
def test_pooled_transactions_are_refused(make: Callable[..., str], others: bool) -> None:
    name = make()
    with bouncer("transaction") as where:
        address = url(name, parameters=where)
        with busy_clients(where, name) if others else nullcontext():
            first = migrate(address)
            second = manage(address, *START)
        clients = [psycopg.connect(**where, dbname=name) for _ in range(4)]
        # Each in a transaction: on as many of the server's sessions.
        states = [client.execute(STATE, prepare=False).fetchone() for client in clients]
        for client in clients:
            client.close()
        with connect(name) as client:
            assert client.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,)
            client.rollback()
            assert_no_locks(client)

    assert_one_line(first, f'"{name}" is reached through a proxy that pools transactions')
    assert_one_line(second, "Not started:", "pools transactions", code=3)
    assert [state[1:] for state in states] == [CLEAN] * 4
    assert not any("migrate since" in state[0] for state in states)


def test_pooled_sessions_work(make: Callable[..., str], whole: Whole) -> None:
    name = make()
    with bouncer("session") as where:
        with busy_clients(where, name):
            result = migrate(url(name, parameters=where))
        with psycopg.connect(**where, dbname=name) as client:
            state = client.execute(STATE, prepare=False).fetchone()
        with connect(name) as client:
            assert result.code == 0, result
            assert_whole(client, whole)
    assert state[1:] == CLEAN
    assert "migrate since" not in state[0]
