"""Migrating step by step, and what rows there are at each step."""

from typing import Any

import psycopg
from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

Client = psycopg.Connection[Any]
Node = tuple[str, str]
Rows = dict[str, list[dict[str, Any]]]

LABELS = sorted(each.label for each in apps.get_app_configs() if each.name.startswith("assistant."))


def steps_to_nothing(connection: BaseDatabaseWrapper) -> list[Node]:
    """Return our migrations, and those that need them, in the order they are taken back."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan([(label, None) for label in LABELS])
    return [(migration.app_label, migration.name) for migration, _ in plan]


def steps_up(connection: BaseDatabaseWrapper) -> list[Node]:
    """Return every migration of every app that is not applied, in the order of a plain migrate."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _ in plan]


def apply(connection: BaseDatabaseWrapper, node: Node) -> None:
    """Apply one migration whose dependencies are applied."""
    MigrationExecutor(connection).migrate([node])


def take_back(connection: BaseDatabaseWrapper, node: Node) -> None:
    """Take one migration back that nothing applied depends on."""
    executor = MigrationExecutor(connection)
    parents = [each.key for each in executor.loader.graph.node_map[node].parents]
    same_app = [key for key in parents if key[0] == node[0]]
    executor.migrate(same_app or [(node[0], None)])


def read_rows(client: Client, tables: list[str]) -> Rows:
    """Return the rows of those of the tables that are there, each as a dictionary."""
    found: Rows = {}
    for table in tables:
        if client.execute("SELECT to_regclass(%s)", [table]).fetchone() == (None,):
            continue
        query = sql.SQL("SELECT to_jsonb(t) FROM {} AS t ORDER BY t::text COLLATE {}")
        statement = query.format(sql.Identifier(table), sql.Identifier("C"))
        found[table] = [row for (row,) in client.execute(statement)]
    return found


def missing_rows(before: Rows, after: Rows) -> Rows:
    """Return the rows of before, of tables that are still there, that are not as they were.

    Columns that came or went do not count.
    """
    missing: Rows = {}
    for table, rows in before.items():
        if table not in after:
            continue
        for row in rows:
            if not any(_same(row, other) for other in after[table]):
                missing.setdefault(table, []).append(row)
    return missing


def _same(row: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(row[column] == other[column] for column in row.keys() & other.keys())
