"""What a database is at a point of the way, to be compared with another point."""

from typing import Any

import psycopg

from tests.contract import catalog, migrating
from tests.contract.catalog import Catalog
from tests.contract.migrating import Node, Rows
from tests.contract.rollback import writing

Client = psycopg.Connection[Any]


def read_catalog(client: Client) -> dict[str, Catalog]:
    """Return everything that the schema holds.

    A migration of Django's own drops a column in the middle of a table; taken back, it is added
    at the end, as PostgreSQL adds columns.
    """
    found = catalog.read_all(client)
    found["columns"].get("django_content_type", []).sort()
    return found


def read_rows(client: Client) -> Rows:
    """Return the rows of every table."""
    return migrating.read_rows(client, writing.tables(client))


def lost(before: Rows, after: Rows, *, but: str | None = None) -> Rows:
    """Return the rows of before that are gone or changed, of tables that are still there.

    ``but`` names a table whose rows may have changed.
    """
    return {
        table: rows
        for table, rows in migrating.missing_rows(before, after).items()
        if table != but or len(after[table]) < len(before[table])
    }


def recorded(client: Client) -> list[Node]:
    """Return the migrations that the view lists; each is there once and has its details."""
    listed = client.execute("SELECT app, name FROM schema_migrations ORDER BY version").fetchall()
    query = """
        SELECT app, name FROM django_migrations
        JOIN schema_migration_details ON migration_id = id ORDER BY id
    """
    assert client.execute(query).fetchall() == listed
    return listed


def applied(client: Client) -> set[Node]:
    """Return the migrations that Django's own table lists."""
    return set(client.execute("SELECT app, name FROM django_migrations").fetchall())
