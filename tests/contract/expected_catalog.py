"""The snapshots that ``manage.py schema verify`` compares databases with.

``python -m tests.contract.expected_catalog --write`` makes them from what the migrations make,
with the settings of the tests, in a database that is dropped afterwards.
"""

import json
import os
import sys
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

from assistant.schema.catalog import objects

Document = dict[str, Any]

# What may be an extension's or the host's own.
ANYONES = ["uuid_generate_v4()"]

# Of each kind of object the fields that say nothing of what migrations make.
NOT_KEPT = {"comment", "search_path"}


def documents(database: str) -> dict[str, Document]:
    """Migrate an empty database that Django knows as ``scratch``; return a snapshot an app."""
    from django.db import connections  # noqa: PLC0415

    from assistant.schema.catalog.reading import read_catalog  # noqa: PLC0415
    from tests.contract import migrating  # noqa: PLC0415
    from tests.contract.databases import alias  # noqa: PLC0415

    with alias(database):
        connection = connections["scratch"]
        made: dict[str, Document] = {label: _empty() for label in migrating.LABELS}
        before = read_catalog(connection)
        for node in migrating.steps_up(connection):
            migrating.apply(connection, node)
            after = read_catalog(connection)
            if node[0] in made:
                _note(made[node[0]], node, before, after)
            before = after
        return {
            label: _complete(each, before) for label, each in made.items() if each["migrations"]
        }


def _empty() -> Document:
    return {
        "migrations": [],
        "extensions": [],
        "of_models": [],
        "anyones": [],
        "with_tables": {},
        "made_by": {},
        "tables": {},
        "functions": {},
    }


def _note(made: Document, node: tuple[str, str], before: Any, after: Any) -> None:
    # What a migration made or changed is its own.
    _, name = node
    made["migrations"].append(name)
    was, now = _flat(before), _flat(after)
    for what in now:
        if now[what] != was.get(what):
            made["made_by"][what] = name
    made["extensions"] += sorted(set(after.extensions) - set(before.extensions))
    made["tables"].update(dict.fromkeys(set(after.tables) - set(before.tables)))
    for signature in set(after.functions) - set(before.functions):
        made["functions"][signature] = None
        if table := _table_of(node):
            made["with_tables"][signature] = table


def _flat(catalog: objects.Catalog) -> dict[str, Any]:
    from assistant.schema.catalog.naming import named  # noqa: PLC0415

    found: dict[str, Any] = {}
    for name, table in catalog.tables.items():
        found[named("table", name)] = (table.kind, table.definition)
        for part in ("columns", "constraints", "indexes", "triggers", "rules"):
            for each, value in getattr(table, part).items():
                found[named(part, name, each)] = value
    found |= {named("function", name): each for name, each in catalog.functions.items()}
    return found | {named("extension", name): name for name in catalog.extensions}


def _table_of(node: tuple[str, str]) -> str | None:
    # The table that routers are asked about for a migration's SQL file.
    from django.apps import apps  # noqa: PLC0415
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415

    from assistant.db.operations import RunSQLFile  # noqa: PLC0415

    for operation in MigrationLoader(None).disk_migrations[node].operations:
        if isinstance(operation, RunSQLFile) and operation.model_name:
            return apps.get_model(node[0], operation.model_name)._meta.db_table
    return None


def _complete(made: Document, catalog: objects.Catalog) -> Document:
    from assistant.schema.catalog.expected import models_of  # noqa: PLC0415

    made["tables"] = {name: _table(name, catalog.tables[name]) for name in sorted(made["tables"])}
    made["functions"] = {
        name: _compact(catalog.functions[name]) for name in sorted(made["functions"])
    }
    made["of_models"] = sorted(set(made["tables"]) & set(models_of()))
    made["anyones"] = sorted(set(ANYONES) & set(made["functions"]))
    made["made_by"] = _briefly(made["made_by"], _flat(catalog))
    made["with_tables"] = dict(sorted(made["with_tables"].items()))
    return made


def _briefly(made_by: dict[str, str], there: dict[str, Any]) -> dict[str, str]:
    from assistant.schema.catalog.naming import table_of  # noqa: PLC0415

    # What was made together with its table need not be named.
    return {
        what: migration
        for what, migration in sorted(made_by.items())
        if what in there and (what == table_of(what) or migration != made_by.get(table_of(what)))
    }


def _table(name: str, table: objects.Table) -> Document:
    from assistant.schema.catalog.expected import models_of  # noqa: PLC0415
    from assistant.schema.catalog.snapshots import AUTO_KEY, USER, USER_KEY  # noqa: PLC0415

    values = _compact(table)
    for part in ("columns", "constraints", "indexes", "triggers", "rules"):
        if found := getattr(table, part):
            values[part] = {each: _compact(value) for each, value in found.items()}
        else:
            values.pop(part, None)
    model = models_of().get(name)
    for key in model._meta.local_fields if model else ():
        column = values["columns"][key.column] if key.column else {}
        if (
            key.is_relation
            and key.swappable_setting
            and model._meta.app_label != "assistant_accounts"
        ):
            column["type"] = USER_KEY
            constraint = values["constraints"][f"{name}_{key.column}_fkey"]
            target = f"{key.related_model._meta.db_table}({key.target_field.column})"
            constraint["definition"] = constraint["definition"].replace(target, USER)
        if key.primary_key and column.get("identity"):
            column["type"] = AUTO_KEY
    return values


def _compact(value: Any) -> Document:
    # Without what is the default anyway.
    defaults = {
        each.name: each.default_factory()
        if each.default is MISSING and each.default_factory is not MISSING
        else each.default
        for each in fields(value)
    }
    return {
        name: each
        for name, each in asdict(value).items()
        if name not in NOT_KEPT and each != defaults[name]
    }


def text(document: Document) -> str:
    """Return a snapshot as its file has it."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the files, or say which differ."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django  # noqa: PLC0415

    django.setup()
    from assistant.schema.catalog.snapshots import DIRECTORY  # noqa: PLC0415
    from tests.conftest import remove_server  # noqa: PLC0415
    from tests.contract.databases import database  # noqa: PLC0415

    try:
        with database("expected") as name:
            found = documents(name)
    finally:
        remove_server()
    files = {DIRECTORY / f"{label}.json": text(each) for label, each in found.items()}
    for path, content in files.items():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            sys.stdout.write(f"{Path(path).name} differs\n")
            if "--write" in sys.argv:
                path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
