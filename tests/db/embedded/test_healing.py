"""Whatever was killed or damaged, the next connection has a server again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.db.embedded.support import (
    Client,
    database,
    home,
    is_alive,
    run,
    server,
    servers,
    value,
    wait_until,
)

both = pytest.mark.parametrize("version", [18, 16], indirect=True, ids=["18", "16"])


@pytest.fixture
def bystander() -> Iterator[int]:
    """Return the number of a process that nobody may signal."""
    process = subprocess.Popen(["sleep", "600"])
    yield process.pid
    assert process.poll() is None
    process.kill()
    process.wait()


def damage(pid_file: Path, kind: str) -> None:
    """Damage a postmaster.pid."""
    if kind == "gone":
        pid_file.unlink(missing_ok=True)
    elif kind == "truncated":
        pid_file.write_text(pid_file.read_text()[:1] if pid_file.exists() else "4")
    else:
        pid_file.write_bytes(b"" if kind == "empty" else b"\0\xff not a number\n\n")


def crash(data_dir: Path) -> None:
    """Kill the postmaster, and wait until nothing of it is left."""
    pid = server(data_dir)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not servers(data_dir), "the killed server")


@both
def test_a_killed_server_is_replaced_in_the_same_process(data_dir: Path, version: int) -> None:
    with Client(database(data_dir, VERSION=version)) as client:
        client.run("query('CREATE TABLE IF NOT EXISTS healed AS SELECT 1')")
        first = server(data_dir)
        os.kill(first, signal.SIGKILL)
        # The session is gone; Django notices when it is told to check, as at a request's begin.
        client.run("connection.close()")
        assert client.run("query('SELECT count(*) FROM healed')") == 1
        assert server(data_dir) != first
        client.leave()
    assert servers(data_dir) == []


def test_two_processes_heal_at_once(data_dir: Path) -> None:
    settings = database(data_dir)
    with Client(settings) as one, Client(settings) as two:
        for client in (one, two):
            client.run("query('SELECT 1')")
        os.kill(server(data_dir), signal.SIGKILL)
        for client in (one, two):
            client.send("connection.close() or query('SELECT 5')")
        assert [one.answer(), two.answer()] == [5, 5]
        server(data_dir)
        one.leave()
        assert two.run("query('SELECT 6')") == 6
        two.leave()
    assert servers(data_dir) == []


@pytest.mark.parametrize(
    "version, kind",
    [(18, "empty"), (18, "truncated"), (18, "gone"), (16, "garbage")],
    indirect=["version"],
)
def test_a_damaged_pid_file_of_a_running_server(data_dir: Path, version: int, kind: str) -> None:
    settings = database(data_dir, VERSION=version)
    with Client(settings) as client:
        client.run("query('SELECT 1')")
        pid = server(data_dir)
        damage(home(data_dir) / "cluster" / "postmaster.pid", kind)
        assert value(settings, "SELECT 2") == "2"
        assert server(data_dir) == pid
        # A server that reads another number there would stop within a minute.
        text = (home(data_dir) / "cluster" / "postmaster.pid").read_text()
        assert text.split("\n")[0] == str(pid)
        assert client.run("query('SELECT 3')") == 3
        client.leave()
    assert servers(data_dir) == []


@pytest.mark.parametrize(
    "version, kind",
    [(18, "empty"), (18, "garbage"), (18, "bystander"), (16, "truncated"), (16, "bystander")],
    indirect=["version"],
)
def test_a_damaged_pid_file_of_a_dead_server(
    data_dir: Path, version: int, kind: str, bystander: int
) -> None:
    settings = database(data_dir, VERSION=version)
    with Client(settings) as client:
        client.run("query('SELECT 1')")
        crash(data_dir)
        pid_file = home(data_dir) / "cluster" / "postmaster.pid"
        if kind == "bystander":
            # The number of the dead server now belongs to another program.
            lines = pid_file.read_text().split("\n")
            pid_file.write_text("\n".join([str(bystander), *lines[1:]]))
        else:
            damage(pid_file, kind)
        client.run("connection.close()")
        assert client.run("query('SELECT 2')") == 2
        client.leave()
    assert servers(data_dir) == []
    assert is_alive(bystander)


def test_a_record_that_names_another_program(data_dir: Path, bystander: int) -> None:
    settings = database(data_dir)
    started = "from assistant.db.embedded.process import started; print(started({}))"
    with Client(settings) as client:
        client.run("query('SELECT 1')")
        pid = server(data_dir)
        record = home(data_dir) / "server.json"
        genuine = run(settings, "-c", started.format(pid)).stdout.strip()
        false = run(settings, "-c", started.format(bystander)).stdout.strip()
        text = record.read_text()
        assert genuine in text
        record.write_text(text.replace(genuine, false).replace(str(pid), str(bystander)))
        client.leave()
    assert is_alive(bystander)
    assert servers(data_dir) == []


@pytest.mark.parametrize("name", ["server.json", "clients.lock", "server.log", "startup.lock"])
def test_a_lost_file_of_ours(data_dir: Path, name: str) -> None:
    settings = database(data_dir)
    with Client(settings) as client:
        client.run("query('SELECT 1')")
        pid = server(data_dir)
        (home(data_dir) / name).unlink()
        assert value(settings, "SELECT 2") == "2"
        client.run("connection.close()")
        assert client.run("query('SELECT 3')") == 3
        if name != "clients.lock":
            assert server(data_dir) == pid
        client.leave()
    assert servers(data_dir) == []


def _begun(data_dir: Path) -> bool:
    return any(data_dir.glob("initdb-*")) or (data_dir / "cluster").exists()


@both
def test_a_process_killed_while_it_makes_the_cluster(place: Path, version: int) -> None:
    settings = database(place / "new", VERSION=version)
    for number in range(4):
        with Client(settings) as client:
            client.send("query('SELECT 1')")
            if number:
                # Or, if it was killed late, what was made is whole.
                wait_until(lambda: _begun(place / "new"), "initdb")
            time.sleep(random.uniform(0, 0.6))  # noqa: S311
            client.kill()
    assert value(settings, "SELECT 1") == "1"
    assert servers(place / "new") == []
    assert not [*home(place / "new").glob("initdb-*")]


def test_processes_that_start_at_once_on_an_empty_directory(place: Path) -> None:
    settings = database(place / "new")
    clients = [Client(settings) for _ in range(4)]
    try:
        for client in clients:
            client.send("query('SELECT pg_postmaster_start_time()::text || current_database()')")
        # One server, and the database that all of them missed was made once.
        assert len({client.answer() for client in clients}) == 1
        server(place / "new")
        for client in clients:
            client.leave()
        assert servers(place / "new") == []
    finally:
        for client in clients:
            client.__exit__(None, None, None)


def test_a_long_log_is_moved_aside_while_the_server_runs(data_dir: Path) -> None:
    settings = database(data_dir)
    with Client(settings) as client:
        client.run("query('SELECT 1')")
        log = home(data_dir) / "server.log"
        with log.open("ab") as file:
            file.truncate(11 * 1024 * 1024)
        assert value(settings, "SELECT 1") == "1"
        assert log.stat().st_size < 100_000
        assert log.with_name("server.log.1").stat().st_size > 10 * 1024 * 1024
        # The server's own descriptor goes on at the beginning.
        run(settings, "-c", "query('SELECT 1/0')")
        assert "division by zero" in log.read_text()
        log.with_name("server.log.1").unlink()
        client.leave()
