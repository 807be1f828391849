"""Processes that migrate a database of a test, and what they must leave."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg

from tests.contract import catalog
from tests.contract.databases import connect, server_parameters

ROOT = Path(__file__).parents[3]
DEADLINE = 120
MIGRATE = ("migrate", "--skip-checks")
START = ("-c", "import config.wsgi")

# What the process that migrates holds.
LOCK = "SELECT pg_advisory_lock(x'6d696772'::int, 1)"

ROWS = "SELECT app, name, count(*) FROM django_migrations GROUP BY app, name"
MADE_AFTERWARDS = """
SELECT (SELECT count(*) FROM auth_permission), (SELECT count(*) FROM django_content_type)
"""
DETAILS = """
SELECT count(*), count(checksum), count(finished_at) FROM schema_migration_details
"""
INVALID = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
LOCKS = """
SELECT l.pid, l.locktype, l.mode, a.application_name, a.state, a.query
FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE a.datname = current_database() AND l.pid <> pg_backend_pid()
  AND a.backend_type = 'client backend'
"""


def url(name: str, *, parameters: dict[str, Any] | None = None, **query: str) -> str:
    """Return the address of a database; ``query`` are parameters of libpq."""
    given = {**server_parameters(), **(parameters or {})}
    user, password, host = (str(given.get(k) or "") for k in ("user", "password", "host"))
    login = quote(user) + (f":{quote(password, safe='')}" if password else "")
    # A socket's directory goes into a URL percent-encoded.
    address = f"{login}@{quote(host, safe='')}:{given.get('port') or 5432}"
    options = f"?{urlencode(query)}" if query else ""
    return f"postgresql://{address}/{quote(name)}{options}"


def environment(address: str, **faults: Any) -> dict[str, str]:
    """Return the environment of a process of the project; see ``settings`` for ``faults``.

    An address that is a directory is the data of an embedded server.
    """
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
    where = "DATABASE_URL" if "://" in address else "DATA_DIR"
    return {
        **kept,
        where: address,
        "POSTGRESQL_VERSION": os.environ.get("POSTGRESQL_VERSION", ""),
        "SECRET_KEY": "x",
        "DJANGO_SETTINGS_MODULE": "tests.schema.faults.settings",
        "FAULTS": json.dumps(faults),
    }


@dataclass
class Result:
    """How a process ended."""

    code: int
    output: str
    errors: str

    @property
    def refusals(self) -> list[str]:
        """Return the lines that say why it ended; the pool's log is not among them."""
        starts = ("MigrationError: ", "CommandError: ", "Not started: ", "SystemCheckError: ")
        return [line for line in self.errors.splitlines() if line.startswith(starts)]


class Process:
    """A process of the project, never left behind."""

    def __init__(self, address: str, *arguments: str, **faults: Any) -> None:
        command = arguments if arguments[0] == "-c" else ("manage.py", *arguments)
        self.popen = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment(address, **faults),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *exception: object) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.communicate()

    def end(self) -> Result:
        """Wait for its end."""
        output, errors = self.popen.communicate(timeout=DEADLINE)
        return Result(self.popen.returncode, output, errors)

    def is_running(self) -> bool:
        """Return whether it has not ended."""
        return self.popen.poll() is None


def manage(address: str, *arguments: str, **faults: Any) -> Result:
    """Run a command, or ``-c`` and code, to its end."""
    with Process(address, *arguments, **faults) as process:
        return process.end()


def migrate(address: str, *arguments: str, **faults: Any) -> Result:
    """Run ``migrate`` to its end."""
    return manage(address, "migrate", "--skip-checks", *arguments, **faults)


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """Wait until something is true, and return it."""
    deadline = time.monotonic() + DEADLINE
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still waiting: {what}"
        time.sleep(0.02)
    return value


@dataclass
class Whole:
    """What one process alone leaves."""

    catalog: dict[str, catalog.Catalog]
    rows: dict[tuple[str, str], int]
    made_afterwards: tuple[int, int]

    @classmethod
    def read(cls, client: psycopg.Connection[Any]) -> "Whole":
        """Read it from a database."""
        rows = {(app, name): count for app, name, count in client.execute(ROWS)}
        made = client.execute(MADE_AFTERWARDS).fetchone()
        return cls(catalog.read_all(client), rows, made)


def assert_whole(client: psycopg.Connection[Any], whole: Whole) -> None:
    """Check that a database is as one undisturbed process leaves it, and that nothing lingers."""
    found = Whole.read(client)
    assert found.rows == whole.rows
    assert found.catalog == whole.catalog
    assert found.made_afterwards == whole.made_afterwards
    assert client.execute(DETAILS).fetchone() == (len(whole.rows),) * 3
    assert client.execute(INVALID).fetchall() == []
    client.rollback()
    assert_no_locks(client)


def assert_no_locks(client: psycopg.Connection[Any]) -> None:
    """Check that no session but this one holds anything; those that were killed take a moment."""

    def is_free() -> bool:
        client.rollback()
        return not client.execute(LOCKS).fetchall()

    try:
        wait_until(is_free, "locks")
    except AssertionError:
        assert client.execute(LOCKS).fetchall() == []


def assert_one_line(result: Result, *said: str, code: int = 1) -> None:
    """Check that a process failed and told why in one line."""
    assert result.code == code, result
    assert "Traceback" not in result.errors, result.errors
    assert len(result.refusals) == 1, result.errors
    for text in said:
        assert text in result.refusals[0], result.errors


@contextmanager
def held(name: str, *statements: str) -> Iterator[psycopg.Connection[Any]]:
    """Keep a transaction open in which statements were executed."""
    with connect(name, application_name="a long reader") as client:
        for statement in statements:
            client.execute(statement)
        yield client
        client.rollback()
