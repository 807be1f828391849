"""Database URLs, as Django's settings."""

import re
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import ConnectionHandler
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from assistant.schema.errors import MigrationError

__all__ = ["alias_of", "settings_of"]

# Others name a driver behind the scheme: postgresql+asyncpg://…
SCHEME = re.compile(r"^postgres(?:ql)?(?:\+\w+)?://")
NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def settings_of(url: str) -> dict[str, Any]:
    """Return an entry of ``DATABASES`` for whatever libpq connects with.

    Raises ``MigrationError`` where it is no address of a PostgreSQL database.
    """
    example = "expected postgresql://user:password@host:5432/name"
    if "://" in url and not SCHEME.match(url):
        raise MigrationError(f"The URL does not name a PostgreSQL database: {example}.")
    try:
        parameters: dict[str, Any] = dict(conninfo_to_dict(SCHEME.sub("postgresql://", url)))
    except ProgrammingError as error:
        problem = str(error).strip()
        raise MigrationError(f"The URL cannot be read ({problem}): {example}.") from error
    if not parameters.get("dbname"):
        raise MigrationError(f"The URL names no database: {example}.")
    own = {name: parameters.pop(key, "") for key, name in NAMES.items()}
    return {"ENGINE": "django.db.backends.postgresql", **own, "OPTIONS": parameters}


def alias_of(url: str) -> str:
    """Return Django's alias of a database, made and kept if none of ``DATABASES`` is the same."""
    wanted = settings_of(url)
    for alias, settings in connections.databases.items():
        if _address(settings) == _address(wanted):
            return str(alias)
    alias = f"assistant_schema_{len(connections.databases)}"
    connections.databases[alias] = ConnectionHandler({DEFAULT_DB_ALIAS: wanted}).databases[
        DEFAULT_DB_ALIAS
    ]
    return alias


def _address(settings: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(settings.get("HOST") or ""),
        str(settings.get("PORT") or "5432"),
        str(settings.get("NAME") or ""),
        str(settings.get("USER") or ""),
    )
