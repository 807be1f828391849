"""Processes share one server, and the last one to leave stops it, however the others ended."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.db.embedded.support import Client, database, is_alive, run, server, servers, value

both = pytest.mark.parametrize("version", [18, 16], indirect=True, ids=["18", "16"])


@both
def test_data_survives_the_end_of_the_server(data_dir: Path, version: int) -> None:
    settings = database(data_dir, VERSION=version)
    assert value(settings, "SHOW server_version").startswith(f"{version}.")
    run(settings, "-c", "query('CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer')")
    assert servers(data_dir) == []
    assert value(settings, "SELECT answer FROM kept") == "42"
    assert servers(data_dir) == []


@both
def test_the_last_process_stops_the_server(data_dir: Path, version: int) -> None:
    settings = database(data_dir, VERSION=version)
    with Client(settings) as first, Client(settings) as second, Client(settings) as third:
        for client in (first, second, third):
            assert client.run("query('SELECT 1')") == 1
        pid = server(data_dir)
        first.kill()
        second.leave()
        assert server(data_dir) == pid
        assert third.run("query('SELECT 2')") == 2
        third.leave()
        assert servers(data_dir) == []


def test_help_and_checks_start_nothing(place: Path) -> None:
    settings = database(place / "new")
    assert "usage" in run(settings, "migrate", "--help").stdout
    assert run(settings, "check").returncode == 0
    assert not (place / "new").exists()


def test_a_process_that_never_connected_stops_nothing(data_dir: Path) -> None:
    settings = database(data_dir)
    with Client(settings) as user, Client(settings) as idle:
        user.run("query('SELECT 1')")
        idle.run("connection.vendor")
        idle.leave()
        assert user.run("query('SELECT 1')") == 1
        with Client(settings) as other:
            other.run("connection.vendor")
            user.leave()
            # Not counted either: the server ended with its only user.
            assert servers(data_dir) == []


def test_children_that_fork_and_stay(data_dir: Path) -> None:
    code = """
query("SELECT 1")
end, parent_lives = os.pipe()
if os.fork():
    os.close(end)
    print("parent", query("SELECT 1"), flush=True)
else:
    os.close(parent_lives)
    os.read(end, 1)
    print("child", query("SELECT 2"), query("SELECT count(*) FROM pg_stat_activity"
          " WHERE backend_type = 'client backend'"), flush=True)
"""
    result = run(database(data_dir), "-c", code)
    # The parent's session ended with the parent, the child's is its own.
    assert (result.stdout.split(), result.stderr) == (["parent", "1", "child", "2", "1"], "")
    assert servers(data_dir) == []


@pytest.mark.parametrize("ending", ["sys.exit()", "os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_children_that_fork_and_leave(data_dir: Path, ending: str) -> None:
    code = f"""
session = query("SELECT pg_backend_pid()")
child = os.fork()
if child:
    os.waitpid(child, 0)
    assert query("SELECT pg_backend_pid()") == session
    print("parent goes on")
else:
    connection.close()
    assert query("SELECT pg_backend_pid()") != session
    {ending}
"""
    result = run(database(data_dir), "-c", code)
    assert (result.stdout, result.stderr) == ("parent goes on\n", "")
    assert servers(data_dir) == []


def test_a_child_inside_a_transaction_of_its_parent(data_dir: Path) -> None:
    code = """
from django.db import transaction
with transaction.atomic():
    query("SELECT 1")
    if not os.fork():
        os._exit(0 if query("SELECT 7") == 7 else 1)
    assert os.wait()[1] == 0
    print(query("SELECT 8"))
"""
    result = run(database(data_dir), "-c", code)
    assert (result.stdout, result.stderr) == ("8\n", "")


def test_forked_children_of_multiprocessing_stop_the_server(data_dir: Path) -> None:
    # The parent never connects, so only its children can stop the server.
    code = """
import multiprocessing
child = multiprocessing.get_context("fork").Process(target=query, args=["SELECT 1"])
child.start()
child.join()
print(child.exitcode)
"""
    result = run(database(data_dir), "-c", code)
    assert (result.stdout, result.stderr) == ("0\n", "")
    assert servers(data_dir) == []


def test_a_parent_with_a_program_as_its_child(data_dir: Path) -> None:
    # As runserver does: the child serves, and is replaced at each change of the code.
    settings = database(data_dir)
    with Client(settings) as parent:
        parent.run("query('SELECT 1')")
        pid = server(data_dir)
        for _ in range(2):
            with Client(settings) as child:
                child.run("query('SELECT 1')")
                child.process.terminate()
                child.process.communicate()
        assert server(data_dir) == pid
        parent.leave()
    assert servers(data_dir) == []


def test_a_program_that_outlives_its_parent_does_not_hold_the_server(data_dir: Path) -> None:
    code = """
import subprocess
query("SELECT 1")
print(subprocess.Popen(["sleep", "30"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)
"""
    result = run(database(data_dir), "-c", code)
    assert servers(data_dir) == []
    assert is_alive(int(result.stdout))
    os.kill(int(result.stdout), signal.SIGKILL)
