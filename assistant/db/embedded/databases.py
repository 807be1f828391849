"""Making a database that is named in the settings but does not exist yet."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

#: Any number; it serialises processes that make a database at the same time.
LOCK = 0x656D626564


def create_if_missing(params: Mapping[str, str], name: str) -> bool:
    """Make a database unless it exists, and return whether it was made."""
    with psycopg.connect(
        host=params["host"],
        port=params["port"],
        user=params["user"],
        password=params["password"],
        dbname="postgres",
        autocommit=True,
    ) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone():
            return False
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return True
