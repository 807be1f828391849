"""A snapshot of what an app's migrations make, put together migration by migration."""

from dataclasses import MISSING, asdict, fields, replace
from typing import Any

from django.apps import apps
from django.contrib.postgres.operations import CreateExtension
from django.db import models
from django.db.migrations import Migration

from assistant.db.operations import RunSQLFile
from assistant.schema.catalog.expected import models_of
from assistant.schema.catalog.naming import PARTS, named, table_of
from assistant.schema.catalog.objects import Catalog, Table
from assistant.schema.catalog.snapshots import AUTO_KEY, USER, USER_KEY

Document = dict[str, Any]

# What may be an extension's or the host's own.
ANYONES = {"uuid_generate_v4()"}

# The fields of objects that are the database's, or the release's that made them.
NOT_KEPT = {"comment", "search_path"}


class Maker:
    """Takes the migrations of one app, in their order."""

    def __init__(self) -> None:
        self.migrations: list[str] = []
        self.extensions: list[str] = []
        self.tables: set[str] = set()
        self.functions: set[str] = set()
        self.with_tables: dict[str, str] = {}
        self.made_by: dict[str, str] = {}

    def note(self, migration: Migration, before: Catalog, after: Catalog) -> None:
        """Take what a migration made or changed for its own."""
        self.migrations.append(migration.name)
        was, now = _flat(before), _flat(after)
        changed = [what for what in now if now[what] != was.get(what)]
        for operation in migration.operations:
            if isinstance(operation, CreateExtension):
                self.extensions.append(operation.name)
                changed.append(named("extension", operation.name))
        self.made_by.update(dict.fromkeys(changed, migration.name))
        self.tables |= after.tables.keys() - before.tables.keys()
        functions = after.functions.keys() - before.functions.keys()
        self.functions |= functions
        if table := _asked_about(migration):
            self.with_tables.update(dict.fromkeys(functions, table))

    def document(self, catalog: Catalog) -> Document:
        """Return the snapshot, given what there is in the end."""
        tables = sorted(self.tables & catalog.tables.keys())
        functions = sorted(self.functions & catalog.functions.keys())
        return {
            "migrations": self.migrations,
            "extensions": self.extensions,
            "of_models": [name for name in tables if name in models_of()],
            "anyones": [name for name in functions if name in ANYONES],
            "with_tables": {
                name: self.with_tables[name] for name in functions if name in self.with_tables
            },
            "made_by": self._made_by(_flat(catalog)),
            "tables": {name: self._table(name, catalog.tables[name]) for name in tables},
            "functions": {name: _compact(catalog.functions[name]) for name in functions},
            **self._added(catalog),
        }

    def _table(self, name: str, table: Table) -> Document:
        # Without the triggers that other apps add.
        own = {
            each: trigger
            for each, trigger in table.triggers.items()
            if named("triggers", name, each) in self.made_by
        }
        return _table(name, replace(table, triggers=own))

    def _added(self, catalog: Catalog) -> Document:
        added: Document = {}
        for name, table in catalog.tables.items():
            for each, trigger in table.triggers.items():
                if name not in self.tables and named("triggers", name, each) in self.made_by:
                    added.setdefault(name, {})[each] = _compact(trigger)
        return {"added": added} if added else {}

    def _made_by(self, there: dict[str, Any]) -> dict[str, str]:
        # Without what was made together with its table.
        return {
            what: migration
            for what, migration in sorted(self.made_by.items())
            if what in there
            and (what == table_of(what) or migration != self.made_by.get(table_of(what)))
        }


def _flat(catalog: Catalog) -> dict[str, Any]:
    # Every object by what it is called.
    found: dict[str, Any] = {named("extension", name): name for name in catalog.extensions}
    found |= {named("function", name): each for name, each in catalog.functions.items()}
    for name, table in catalog.tables.items():
        found[named("table", name)] = (table.kind, table.definition)
        for part in PARTS:
            found |= {
                named(part, name, each): value for each, value in getattr(table, part).items()
            }
    return found


def _asked_about(migration: Migration) -> str | None:
    # The table for which routers answer whether the migration's SQL file is run.
    for operation in migration.operations:
        if isinstance(operation, RunSQLFile) and operation.model_name:
            return apps.get_model(migration.app_label, operation.model_name)._meta.db_table
    return None


def _table(name: str, table: Table) -> Document:
    values = {key: value for key, value in _compact(table).items() if key not in PARTS}
    for part in PARTS:
        if found := getattr(table, part):
            values[part] = {each: _compact(value) for each, value in found.items()}
    if name in models_of():
        for field in models_of()[name]._meta.local_concrete_fields:
            _leave_to_host(name, field, values)
    return values


def _leave_to_host(table: str, field: "models.Field[Any, Any]", values: Document) -> None:
    # Put placeholders in the place of what follows from the host's settings.
    column = values["columns"][field.column]
    is_auto_created = field.model._meta.auto_created
    if field.primary_key and "identity" in column:
        column["type"] = AUTO_KEY
    elif isinstance(field, models.ForeignKey) and field.swappable_setting and not is_auto_created:
        column["type"] = USER_KEY
        # What a trigger keeps has no constraint.
        if constraint := values["constraints"].get(f"{table}_{field.column}_fkey"):
            target = f"{field.related_model._meta.db_table}({field.target_field.column})"
            constraint["definition"] = constraint["definition"].replace(target, USER)


def _compact(value: Any) -> Document:
    # Without what is the default anyway.
    return {
        field.name: asdict(value)[field.name]
        for field in fields(value)
        if field.name not in NOT_KEPT and getattr(value, field.name) != _default(field)
    }


def _default(field: Any) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()
