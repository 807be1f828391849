"""Only who can read the password file can use the server, and nothing is opened for it."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import psycopg
import pytest

from assistant.db.embedded import Server
from assistant.db.embedded.binaries import installed
from tests.db.embedded.support import FAST, Client, database, home, run, server, servers, value

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root switches to another account")


def mode(path: Path) -> int:
    """Return a path's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_password_opens_the_server(data_dir: Path) -> None:
    running = Server(data_dir, 18, settings=FAST)
    params = running.ensure_running()
    try:
        for password in (None, "", "postgres"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(**{**params, "password": password}, dbname="postgres")
        with psycopg.connect(running.conninfo()) as connection:
            rules = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
            assert rules.fetchall() == [("scram-sha-256",)]
            stored = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolcanlogin")
            assert stored.fetchone()[0].startswith("SCRAM-SHA-256$")
    finally:
        running.stop()
    password = home(data_dir) / "password"
    assert mode(password) == 0o600
    assert len(password.read_text()) >= 32
    assert password.read_text() == params["password"]
    assert mode(Path(params["host"])) == 0o700
    assert mode(home(data_dir) / "server.log") == 0o600


def test_every_directory_has_a_password_of_its_own(data_dir: Path, place: Path) -> None:
    for directory in (data_dir, place / "other"):
        value(database(directory), "SELECT 1")
    other = (place / "other" / "password").read_text()
    assert (data_dir / "password").read_text() != other


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc")
def test_nothing_listens_on_a_network(data_dir: Path) -> None:
    with Client(database(data_dir)) as client:
        assert client.run("query('SHOW listen_addresses')") == ""
        descriptors = Path(f"/proc/{server(data_dir)}/fd").iterdir()
        found = [re.match(r"socket:\[(\d+)\]", os.readlink(path)) for path in descriptors]
        sockets = {match[1] for match in found if match}
        network = {
            line.split()[9]
            for name in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
        }
        assert sockets
        assert not sockets & network
        client.leave()


@as_root
def test_root_runs_the_server_as_somebody_else_and_opens_nothing(place: Path) -> None:
    wheel = installed(18).parent
    parents = place / "a" / "b"
    parents.mkdir(parents=True)
    (place / "a").chmod(0o751)
    watched = [*Path(place / "a" / "b").parents, parents, *wheel.parents, *wheel.rglob("*")]
    before = {path: (path.lstat().st_mode, path.lstat().st_uid) for path in watched}
    with Client(database(parents / "data")) as client:
        client.run("query('SELECT 1')")
        process = Path(f"/proc/{server(parents / 'data')}/status").read_text()
        uids = re.search(r"^Uid:\s+(.*)$", process, re.MULTILINE)
        assert uids
        assert "0" not in uids[1].split()
        client.leave()
    assert {path: (path.lstat().st_mode, path.lstat().st_uid) for path in watched} == before
    assert mode(parents / "data") == 0o711
    assert (parents / "data" / "password").stat().st_uid == 0
    assert (parents / "data" / "cluster").stat().st_uid != 0


@as_root
def test_a_directory_the_servers_account_cannot_reach(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    settings = database(closed / "data")
    run(settings, "-c", "query('CREATE TABLE kept AS SELECT 42 AS answer')")
    assert (closed / "data" / "elsewhere").is_symlink()
    assert value(settings, "SELECT answer FROM kept") == "42"
    assert (mode(closed), servers(closed / "data")) == (0o700, [])
    # Moved, it is found again; copied, it is refused, as two directories are not one database.
    (closed / "data").rename(closed / "moved")
    moved = database(closed / "moved")
    assert value(moved, "SELECT answer FROM kept") == "42"
    (closed / "copy").mkdir()
    (closed / "copy" / "elsewhere").symlink_to(home(closed / "moved"))
    assert "is a copy of" in run(database(closed / "copy"), "migrate").stderr
    there = home(closed / "moved")
    Server(closed / "moved").destroy()
    assert not there.exists()


@as_root
def test_root_on_the_directory_of_an_ordinary_user(place: Path, ordinary: int) -> None:
    data_dir = place / "data"
    place.chmod(0o755)
    data_dir.mkdir()
    os.chown(data_dir, ordinary, ordinary)
    settings = database(data_dir)
    run(settings, "-c", "query('CREATE TABLE kept AS SELECT 42 AS answer')")
    assert {path.stat().st_uid for path in [*data_dir.iterdir(), *data_dir.glob("cluster/*")]} == {
        ordinary
    }
    assert value(settings, "SELECT answer FROM kept", uid=ordinary) == "42"


def test_an_ordinary_user_in_a_directory_of_its_own(place: Path, ordinary: int) -> None:
    os.chown(place, ordinary, -1)
    assert run(database(place), "-c", "print(os.geteuid())", uid=ordinary).stdout == f"{ordinary}\n"
    place.chmod(0o700)
    settings = database(place / "data")
    with Client(settings, uid=ordinary) as one, Client(settings, uid=ordinary) as two:
        one.run("query('CREATE TABLE kept AS SELECT 42 AS answer')")
        assert two.run("query('SELECT answer FROM kept')") == 42
        one.kill()
        two.leave()
    assert servers(place / "data") == []
    assert value(settings, "SELECT answer FROM kept", uid=ordinary) == "42"
    assert mode(place / "data") == 0o700
