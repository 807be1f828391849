"""Django's commands and test databases, and the server without Django's connections."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from assistant.db.embedded import Server, is_embedded
from tests.db.embedded.support import (
    DEADLINE,
    FAST,
    Client,
    database,
    environment,
    home,
    run,
    server,
    servers,
    value,
)

ELSEWHERE = {
    "PGDATABASE": "other",
    "PGHOST": "nowhere.invalid",
    "PGHOSTADDR": "192.0.2.1",
    "PGPASSWORD": "wrong",
    "PGPORT": "1",
    "PGSERVICE": "none",
    "PGUSER": "nobody",
}


def test_dbshell(data_dir: Path) -> None:
    show = r"\! tr '\0' ' ' < /proc/$PPID/cmdline"
    arguments = ("dbshell", "--", "-At", "-c", "SELECT current_database()", "-c", show)
    for variables in ({}, ELSEWHERE):
        result = run(database(data_dir), *arguments, env=variables)
        assert (result.returncode, result.stderr) == (0, "")
        name, command = result.stdout.split("\n")
        assert name == "project"
        assert "psql" in command
        assert (home(data_dir) / "password").read_text() not in command
    assert servers(data_dir) == []


def test_libpqs_environment_does_not_misdirect(data_dir: Path) -> None:
    settings = database(data_dir)
    code = "import os; print(query('SELECT current_user'), os.environ['PGHOST'])"
    result = run(settings, "-c", code, env=ELSEWHERE)
    assert (result.stdout, result.stderr) == ("postgres nowhere.invalid\n", "")


def test_a_missing_database_is_made_by_several_processes_at_once(data_dir: Path) -> None:
    settings = database(data_dir, NAME='new "one"')
    with Client(settings) as one, Client(settings) as two, Client(database(data_dir)) as other:
        other.run('query(\'DROP DATABASE IF EXISTS "new ""one"""\')')
        for client in (one, two):
            client.send("query('SELECT current_database()')")
        assert [one.answer(), two.answer()] == ['new "one"'] * 2


def test_connections_that_are_kept_and_checked(data_dir: Path) -> None:
    settings = database(data_dir, CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=True)
    with Client(settings) as client:
        client.run("query('SELECT 1')")
        client.run(
            f"__import__('assistant.db.embedded').db.embedded.Server({str(data_dir)!r}).stop()"
        )
        assert servers(data_dir) == []
        client.run("__import__('django.db').db.close_old_connections()")
        assert client.run("query('SELECT 2')") == 2
        client.leave()
    assert servers(data_dir) == []


def test_test_databases_share_one_server(data_dir: Path, place: Path) -> None:
    settings = database(data_dir, NAME="tiny")
    (place / "tiny_settings.py").write_text(
        f"DATABASES = {{'default': {settings!r}}}\n"
        "INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth']\n"
        "USE_TZ = True\n"
    )
    (place / "test_tiny.py").write_text(
        "import os, pathlib, pytest\n"
        "from django.contrib.auth.models import Group\n"
        "from django.db import connection\n"
        "@pytest.mark.django_db\n"
        "@pytest.mark.parametrize('number', range(4))\n"
        "def test_group(number):\n"
        "    Group.objects.create(name='g')\n"
        "    with connection.cursor() as cursor:\n"
        "        cursor.execute('SELECT pg_postmaster_start_time()::text')\n"
        "        text = f'{cursor.fetchone()[0]} {connection.settings_dict[\"NAME\"]}'\n"
        "    (pathlib.Path(__file__).parent / f'seen-{number}').write_text(text)\n"
    )
    root = Path(__file__).parents[3]
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n2",
            "-p",
            "no:cacheprovider",
            "--rootdir=.",
            "-c",
            "/dev/null",
            "--ds=tiny_settings",
            "test_tiny.py",
        ],
        cwd=place,
        env=environment(settings, PYTHONPATH=f"{root}:{place}", PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    seen = [path.read_text().rpartition(" ") for path in place.glob("seen-*")]
    assert len(seen) == 4
    assert len({start for start, _, _ in seen}) == 1
    assert {name for _, _, name in seen} == {"test_tiny_gw0", "test_tiny_gw1"}
    assert servers(data_dir) == []
    left = value(database(data_dir), "SELECT count(*) FROM pg_database WHERE datname LIKE 'test%'")
    assert left == "0"
    for path in place.iterdir():
        path.unlink()


def test_a_server_without_a_connection_of_django(data_dir: Path) -> None:
    running = Server(data_dir, version=18, settings=FAST)
    assert servers(data_dir) == []
    try:
        params = running.ensure_running()
        assert running.ensure_running() == params == running.params
        pid = server(data_dir)
        with psycopg.connect(running.conninfo(), autocommit=True) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            dump = subprocess.run(
                [running.binary("pg_dump"), "--schema-only"],
                env=running.environment(),
                capture_output=True,
                text=True,
                check=True,
            )
            assert "PostgreSQL database dump complete" in dump.stdout
            # Fast: it does not wait for this session.
            running.stop()
            assert servers(data_dir) == []
        assert running.ensure_running()["password"] == params["password"]
        assert server(data_dir) != pid
        running.release()
        assert servers(data_dir) == []
        running.release()
        running.stop()
    finally:
        running.stop()


def test_two_servers_of_one_process(data_dir: Path) -> None:
    first, second = (Server(data_dir, settings=FAST) for _ in range(2))
    assert first.ensure_running() == second.ensure_running()
    first.release()
    server(data_dir)
    second.release()
    assert servers(data_dir) == []


def test_is_embedded(data_dir: Path) -> None:
    code = """
from django.db import connections
from assistant.db.embedded import is_embedded
other = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
connections.databases["other"] = connections.configure_settings({"default": other})["default"]
print(*[is_embedded(x) for x in ("default", connection, "other", connections["other"])])
"""
    result = run(database(data_dir), "-c", code)
    assert (result.stdout, result.stderr) == ("True True False False\n", "")
    assert not is_embedded(object())


@pytest.mark.parametrize(
    "code", ["pass", "import assistant.db.embedded.server", "connection.server"]
)
def test_importing_starts_nothing(place: Path, code: str) -> None:
    assert run(database(place / "new"), "-c", code).stderr == ""
    assert not (place / "new").exists()
