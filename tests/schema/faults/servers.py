"""A server of the tests' own, to kill and to start late."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from assistant.db.embedded import Server

VERSION = int(os.environ.get("POSTGRESQL_VERSION") or 18)
OWN = {"full_page_writes": "off", "shared_buffers": "16MB"}


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a server to kill."""
    # Not tmp_path: the server's account must come through, and a socket's path is short.
    place = Path(tempfile.mkdtemp(prefix="assistant-faults-"))
    place.chmod(0o755)
    server = Server(place / "postgresql", VERSION, settings=OWN)
    try:
        yield server
    finally:
        server.destroy()
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def fresh(server: Server) -> Iterator[Callable[[], str]]:
    """Return what makes an empty database on it."""
    made: list[str] = []

    def fresh() -> str:
        made.append(f"fault{len(made)}")
        execute(server, "CREATE DATABASE {}", made[-1])
        return made[-1]

    yield fresh
    for name in made:
        execute(server, "DROP DATABASE {} WITH (FORCE)", name)


def execute(server: Server, statement: str, name: str) -> None:
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as client:
        client.execute(sql.SQL(statement).format(sql.Identifier(name)))
