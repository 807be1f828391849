"""A database of its own for a benchmark."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from psycopg import sql

ALIAS = "benchmark"

# What Django adds for its own use.
NOT_FOR_CLIENTS = {"dbname", "client_encoding", "context", "cursor_factory", "prepare_threshold"}

FACTS = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "deadlock_timeout",
)

Client = psycopg.Connection[Any]


def set_up_django() -> None:
    """Make the project's apps ready, unless whoever imported us has."""
    if not apps.ready:
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
        django.setup()


@contextmanager
def database(
    label: str, *, migrated: bool = True, alias: str = ALIAS, template: str | None = None
) -> Iterator[str]:
    """Make a database that Django reaches by an alias, and drop it at the end.

    It is empty but for the migrations, or as the database ``template`` is.
    """
    name = f"bench_{label}_{os.getpid()}"
    with connect("postgres") as maintenance:
        maintenance.execute(_drop(name))
        copy = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        maintenance.execute(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), copy))
    connections.databases[alias] = {**connections.databases["default"], "NAME": name}
    try:
        if migrated:
            call_command("migrate", database=alias, verbosity=0)
        yield name
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]
        with connect("postgres") as maintenance:
            maintenance.execute(_drop(name))


def connect(name: str, *, schema: str = "public", **parameters: Any) -> Client:
    """Return a connection in autocommit whose unqualified names mean this schema's tables."""
    django_parameters = connections["default"].get_connection_params()
    server = {k: v for k, v in django_parameters.items() if k not in NOT_FOR_CLIENTS}
    return psycopg.connect(
        **{**server, **parameters},
        dbname=name,
        autocommit=True,
        options=f"-c search_path={schema},public",
    )


def facts() -> str:
    """Return what the figures depend on: machine, versions, the server's settings."""
    with connect("postgres") as client:
        values = [f"{name}={_setting(client, name)}" for name in FACTS]
        version = _setting(client, "server_version")
    embedded = getattr(connections["default"], "is_embedded", False)
    return (
        f"{os.cpu_count()} cores; PostgreSQL {version} "
        f"({'embedded' if embedded else 'DATABASE_URL'}), Django {django.__version__}; "
        + " ".join(values)
    )


def _setting(client: Client, name: str) -> str:
    return client.execute("SELECT current_setting(%s)", [name]).fetchone()[0]


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
