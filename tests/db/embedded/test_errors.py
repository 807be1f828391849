"""What goes wrong is said in one message without a traceback, and nothing is deleted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.db.embedded import Server
from tests.db.embedded.support import DEADLINE, PROJECT, database, environment, run, servers, value


def error(settings: dict[str, Any], *arguments: str, **options: Any) -> str:
    """Return what a command that has to fail says."""
    result = run(settings, *(arguments or ("migrate",)), **options)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"VERSION": 17}, "VERSION 17 is unknown: the embedded PostgreSQL is 16 or 18."),
        ({"DATA_DIR": ""}, 'EMBEDDED["DATA_DIR"] is missing'),
        ({"DATA_DIR": "data"}, 'DATA_DIR "data" is relative'),
        ({"SETTINGS": {"port": 1}}, "port is set by the engine itself"),
        ({"SETTINGS": {"a b": 1}}, "'a b' is not a setting's name"),
        ({"TIMEOUT": 0}, "TIMEOUT must be seconds above 0"),
        ({"HOST": "localhost"}, "HOST is set, but the embedded server has its own"),
        ({"OPTIONS": {"pool": True}}, "CONN_MAX_AGE"),
        ({"OPTIONS": {"service": "x"}}, 'OPTIONS["service"] does not work'),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_wrong_settings(place: Path, changes: dict[str, Any], expected: str) -> None:
    message = error(database(place / "new", **changes))
    assert expected in message
    assert len(message.splitlines()) == 1
    assert not (place / "new").exists()


def test_a_missing_package(place: Path) -> None:
    code = """
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if "pgserver" in name else find(name, *a)
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "migrate"])
"""
    message = error(database(place / "new"), "-c", code)
    assert 'pip install "django-ai-assistant-backend[embedded]"' in message
    assert "DATABASE_URL" in message


def test_a_file_in_the_place_of_the_directory(place: Path) -> None:
    (place / "new").write_text("mine")
    message = error(database(place / "new"))
    (place / "new").rename(place / "kept")
    assert "is not a directory" in message
    (place / "kept").unlink()


@pytest.mark.parametrize("name", ["thesis.txt", "PG_VERSION", "cluster/notes"])
def test_a_directory_of_somebody_else(place: Path, name: str) -> None:
    file = place / "new" / name
    file.parent.mkdir(parents=True)
    file.write_text("16")
    message = error(database(place / "new"))
    assert "Set DATA_DIR to a new" in message
    assert file.read_text() == "16"
    assert [*(place / "new").iterdir()] == [place / "new" / name.split("/", maxsplit=1)[0]]
    file.unlink()


def test_a_directory_that_cannot_be_written(place: Path, ordinary: int) -> None:
    place.chmod(0o555)
    message = error(database(place / "new"), uid=ordinary)
    assert f'DATA_DIR "{place}/new" cannot be used: Permission denied' in message
    place.chmod(0o755)
    (place / "other").mkdir(mode=0o755)
    if not os.geteuid():
        assert "belongs to user id 0, not to yours" in error(
            database(place / "other"), uid=ordinary
        )


def test_a_server_that_does_not_start(data_dir: Path) -> None:
    value(database(data_dir), "SELECT 1")
    message = error(database(data_dir, SETTINGS={"max_connections": "many"}))
    assert "The end of its log" in message
    assert 'invalid value for parameter "max_connections": "many"' in message
    assert servers(data_dir) == []
    assert value(database(data_dir), "SELECT 1") == "1"


def test_a_damaged_cluster(place: Path) -> None:
    (place / "new" / "cluster").mkdir(parents=True)
    (place / "new" / "cluster" / "PG_VERSION").write_bytes(b"\xff")
    for command in (
        [str(PROJECT), "migrate"],
        ["-m", "assistant.db.embedded", "dump", str(place / "new"), str(place / "file")],
    ):
        result = subprocess.run(
            [sys.executable, *command],
            env=environment(database(place / "new")),
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        assert "is damaged" in result.stderr


def test_a_long_path(place: Path) -> None:
    data_dir = place / ("long-" * 20) / "data"
    settings = database(data_dir)
    assert value(settings, "SELECT 1") == "1"
    host = value(settings, "SHOW unix_socket_directories")
    assert not Path(host).exists()
    assert servers(data_dir) == []
    Server(data_dir).destroy()


def test_a_directory_of_another_version_and_the_way_to_move_it(place: Path) -> None:
    data_dir = place / "my data"
    code = """
query("CREATE EXTENSION vector")
query("CREATE TABLE moved AS SELECT '[1,2]'::vector AS v, 'naïve ✓' AS t")
"""
    old = database(data_dir, VERSION=16, NAME="älter")
    assert run(old, "-c", code).stderr == ""
    new = database(data_dir, VERSION=18, NAME="älter")
    message = error(new)
    assert "was made by PostgreSQL 16, and VERSION is 18" in message
    commands = [line.strip() for line in message.splitlines()[1:]]
    assert len(commands) == 3
    for command in commands:
        done = subprocess.run(
            ["/bin/sh", "-c", command.replace("python ", f"{sys.executable} ", 1)],
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
            cwd=Path(__file__).parents[3],
            env=environment(new, PGHOST="nowhere.invalid", PGSERVICE="none"),
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert value(new, "SELECT v || t FROM moved") == "[1,2]naïve ✓"
    assert value(new, "SHOW server_version").startswith("18.")
    # The old one is still there, whole; neither file nor directory is ever overwritten.
    left = database(place / "my data-16", VERSION=16, NAME="älter")
    assert value(left, "SELECT v || t FROM moved") == "[1,2]naïve ✓"
    (place / "my data-16.sql").unlink()
