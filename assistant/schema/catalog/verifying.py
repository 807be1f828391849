"""Everything in a database that differs from what the migrations of the code make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import transaction

from assistant.schema.catalog.applied import compare_migrations, find_schema, read_applied
from assistant.schema.catalog.differences import Difference
from assistant.schema.catalog.expected import expected_snapshots, read_host
from assistant.schema.catalog.extensions import compare_extensions
from assistant.schema.catalog.functions import compare_functions
from assistant.schema.catalog.objects import Catalog
from assistant.schema.catalog.reading import in_one_wording, read_catalog
from assistant.schema.catalog.snapshots import Snapshot
from assistant.schema.catalog.tables import compare_tables
from assistant.schema.errors import MigrationError

__all__ = ["Verified", "verify"]

ELSEWHERE = "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regprocedure(name) IS NOT NULL"


class Verified(NamedTuple):
    """What was compared, and what differs; no apps, where routers keep all of ours out."""

    schema: str
    apps: list[str]
    differences: list[Difference]
    reads_migrations: bool = True

    @property
    def faults(self) -> list[Difference]:
        """Return the differences that are not mere notices."""
        return [each for each in self.differences if each.level == "difference"]


def verify(connection: Any) -> Verified:
    """Compare a database with the code; nothing is written."""
    with (
        transaction.atomic(using=connection.alias),
        connection.cursor() as cursor,
        in_one_wording(cursor),
    ):
        snapshots = list(expected_snapshots(connection.alias, read_host(connection, cursor)))
        tables = [name for snapshot in snapshots for name in snapshot.tables]
        schema, applied = find_schema(cursor, tables), read_applied(cursor)
        if schema is None:
            raise MigrationError(
                f'Database "{connection.settings_dict["NAME"]}": the search_path names no schema '
                "that this role may use. Grant it USAGE on the schema, or set search_path.",
                returncode=2,
            )
        found = read_catalog(cursor, tables=tables, schema=schema)
        cursor.execute(ELSEWHERE, [[name for each in snapshots for name in each.anyones]])
        others = frozenset(name for (name,) in cursor.fetchall())
    added: dict[str, set[str]] = {}
    for snapshot in snapshots:
        for table, triggers in snapshot.added.items():
            added.setdefault(table, set()).update(triggers)
    differences = [
        difference
        for snapshot in snapshots
        for difference in (
            list(compare_migrations(snapshot, applied)) or _compare(snapshot, found, others, added)
        )
    ]
    return Verified(schema, [each.label for each in snapshots], differences, applied is not None)


def _compare(
    snapshot: Snapshot, found: Catalog, others: frozenset[str], added: dict[str, set[str]]
) -> Iterator[Difference]:
    # In the order in which they are mended: triggers need their functions.
    yield from compare_extensions(snapshot, found)
    yield from compare_functions(snapshot, found, others=others)
    yield from compare_tables(snapshot, found, of_others=added)
