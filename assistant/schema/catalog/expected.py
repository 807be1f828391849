"""What a database should hold: the snapshots, with what the host decides filled in.

The host decides which apps are installed, what its user model is, which databases its routers let
tables into, and the type of keys that no model names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, router
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string

from assistant.schema.catalog.objects import OR, Column, Table
from assistant.schema.catalog.snapshots import (
    AUTO_KEY,
    USER,
    USER_KEY,
    Snapshot,
    labels,
    load,
)

__all__ = ["Host", "expected_snapshots", "models_of", "read_host"]

INTEGERS = ("bigint", "integer", "smallint")

CONVERSATIONS = "assistant_conversations"

REFERENCED = re.compile(r"\bREFERENCES (\S+)\(")

USER_TARGET = """
SELECT c.oid::regclass::text, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.oid = to_regclass(%s) AND a.attname = %s
"""


@dataclass(frozen=True)
class Host:
    """What the host decides: the user's table with its key, its type, the type of other keys.

    None where there is nothing to tell, as with users in another database.
    """

    user: str | None = None
    user_key: str | None = None
    auto_key: str | None = None


def read_host(connection: Any, cursor: Any) -> Host:
    """Ask the project and the database."""
    auto_key = import_string(settings.DEFAULT_AUTO_FIELD)().db_type(connection)
    if auto_key in INTEGERS:  # the setting may have been another when the tables were made
        auto_key = OR.join([auto_key, *(each for each in INTEGERS if each != auto_key)])
    if CONVERSATIONS not in apps.app_configs:
        return Host(auto_key=auto_key)
    user: Any = apps.get_model(CONVERSATIONS, "Conversation")._meta.get_field("user")
    key = user.target_field
    if not router.allow_migrate_model(connection.alias, key.model):
        return Host(auto_key=auto_key)
    table = connection.ops.quote_name(key.model._meta.db_table)
    cursor.execute(USER_TARGET, [table, key.column])
    row = cursor.fetchone()
    if row is None:
        return Host(user=f"{key.model._meta.db_table}({key.column})", auto_key=auto_key)
    name, column, kind = row
    return Host(user=f"{name}({column})", user_key=kind, auto_key=auto_key)


def expected_snapshots(alias: str, host: Host) -> Iterator[Snapshot]:
    """Yield what each installed app of ours should have made in a database.

    Apps whose migrations are the host's own (``MIGRATION_MODULES``) are left alone.
    """
    for label in labels():
        if label not in apps.app_configs:
            continue
        _, is_hosts = MigrationLoader.migrations_module(label)
        if is_hosts:
            continue
        snapshot = _narrowed(load(label), alias)
        if snapshot.tables or snapshot.functions or snapshot.extensions:
            yield _filled_in(snapshot, alias, host)


def models_of() -> dict[str, type[models.Model]]:
    """Return the models that have tables, by their names."""
    return {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def _narrowed(snapshot: Snapshot, alias: str) -> Snapshot:
    # Without what routers keep out, and what belongs to a user model that is not in use.
    allowed = router.allow_migrate(alias, snapshot.label)
    known = models_of()

    def is_here(name: str) -> bool:
        if name not in snapshot.of_models:
            return allowed
        return name in known and router.allow_migrate_model(alias, known[name])

    def comes(function: str) -> bool:
        table = snapshot.with_tables.get(function)
        return allowed if table is None else is_here(table)

    return replace(
        snapshot,
        tables={name: each for name, each in snapshot.tables.items() if is_here(name)},
        functions={name: each for name, each in snapshot.functions.items() if comes(name)},
        added={
            name: each
            for name, each in snapshot.added.items()
            if allowed and name in known and router.allow_migrate_model(alias, known[name])
        },
        extensions=snapshot.extensions if allowed else (),
    )


def _filled_in(snapshot: Snapshot, alias: str, host: Host) -> Snapshot:
    elsewhere = {
        name for name, model in models_of().items() if not router.allow_migrate_model(alias, model)
    }
    filled = partial(_table, host=host, elsewhere=elsewhere)
    return replace(
        snapshot, tables={name: filled(table) for name, table in snapshot.tables.items()}
    )


def _table(table: Table, *, host: Host, elsewhere: set[str]) -> Table:
    constraints = {}
    for name, each in table.constraints.items():
        definition = each.definition
        if USER in definition:
            if host.user is None:
                continue
            definition = definition.replace(USER, host.user)
        elif (found := REFERENCED.search(definition)) and found[1] in elsewhere:
            continue  # no constraint reaches into another database
        constraints[name] = replace(each, definition=definition)
    columns = {name: _column(each, host) for name, each in table.columns.items()}
    return replace(table, columns=columns, constraints=constraints)


def _column(column: Column, host: Host) -> Column:
    kinds = {USER_KEY: host.user_key, AUTO_KEY: host.auto_key}
    if column.type not in kinds:
        return column
    return replace(column, type=kinds[column.type] or "")
