"""Databases beside the test database: copied from a template in a moment, gone after use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

MAINTENANCE = "postgres"
FILES = Path(__file__).with_name("files")

# What Django adds for psycopg's objects and what names the database itself.
NOT_FOR_CLIENTS = {"dbname", "client_encoding", "context", "cursor_factory", "prepare_threshold"}


def server_parameters() -> dict[str, Any]:
    """Return where the tests' server is and how to log in, as any client would be told."""
    parameters = connection.get_connection_params()
    return {key: value for key, value in parameters.items() if key not in NOT_FOR_CLIENTS}


def url(name: str) -> str:
    """Return the DATABASE_URL of a database on the tests' server."""
    parameters = server_parameters()
    return "postgresql://{user}:{password}@{host}:{port}/{name}".format(
        user=parameters.get("user") or "",
        password=quote(str(parameters.get("password") or "")),
        # A socket's directory goes into a URL percent-encoded.
        host=quote(str(parameters.get("host") or ""), safe=""),
        port=parameters.get("port") or 5432,
        name=name,
    )


def connect(name: str, **options: Any) -> psycopg.Connection[Any]:
    """Return a connection that knows nothing of Django."""
    return psycopg.connect(**server_parameters(), dbname=name, **options)


def database_name(label: str) -> str:
    """Return a name that no other worker's tests use."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return f"{connection.settings_dict['NAME']}_{worker}{label}"


@contextmanager
def database(label: str, *, template: str | None = None) -> Iterator[str]:
    """Make a database, empty or as another one is, and drop it at the end."""
    name = database_name(label)
    with connect(MAINTENANCE, autocommit=True) as maintenance:
        maintenance.execute(_drop(name))
        copy = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        maintenance.execute(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), copy))
    try:
        yield name
    finally:
        with connect(MAINTENANCE, autocommit=True) as maintenance:
            maintenance.execute(_drop(name))


@contextmanager
def role(database: str, rights: str) -> Iterator[str]:
    """Make a role with one right in a database, and drop it with all it owns there.

    ``rights`` is a statement with ``{}`` for the role's name.
    """
    name = database_name("role")
    identifier = sql.Identifier(name)
    with connect(database, autocommit=True) as administrator:
        query = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        [(is_superuser,)] = administrator.execute(query)
        if not is_superuser:
            pytest.skip("Roles are made by a superuser, which DATABASE_URL's role is not.")
        administrator.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(identifier))
        administrator.execute(sql.SQL("CREATE ROLE {}").format(identifier))
        administrator.execute(sql.SQL(rights).format(identifier))
    yield name
    with connect(database, autocommit=True) as administrator:
        administrator.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(identifier))
    with connect(MAINTENANCE, autocommit=True) as administrator:
        administrator.execute(sql.SQL("DROP ROLE {}").format(identifier))


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))


@contextmanager
def alias(name: str, *, options: str = "", label: str = "scratch") -> Iterator[BaseDatabaseWrapper]:
    """Give Django a second database under an alias; ``options`` as in libpq."""
    settings = {**connections.databases["default"], "NAME": name}
    if options:
        settings["OPTIONS"] = {**settings.get("OPTIONS", {}), "options": options}
    connections.databases[label] = settings
    try:
        yield connections[label]
    finally:
        connections[label].close()
        del connections[label]
        del connections.databases[label]


def run_sql_files(client: psycopg.Connection[Any]) -> None:
    """Run the three SQL files as they are written, but for an extension few servers have."""
    for path in sorted(FILES.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        extension = 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp";'
        client.execute(
            text.replace(
                extension,
                "CREATE OR REPLACE FUNCTION uuid_generate_v4() RETURNS uuid "
                "LANGUAGE sql AS 'SELECT gen_random_uuid()';",
            )
        )
