"""The migrations and SQL files themselves."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from assistant.db.operations import RunSQLFile

APPS = [
    config
    for config in apps.get_app_configs()
    if config.name.startswith("assistant.") and any(config.get_models())
]
LABELS = [config.label for config in APPS]

each_app = pytest.mark.parametrize("config", APPS, ids=LABELS)


def migrations_of(label: str) -> Iterator[Migration]:
    loader = MigrationLoader(None)
    for (app_label, _), migration in sorted(loader.disk_migrations.items()):
        if app_label == label:
            yield migration


MIGRATIONS = [migration for label in LABELS for migration in migrations_of(label)]

each_migration = pytest.mark.parametrize("migration", MIGRATIONS, ids=str)


@each_app
def test_every_sql_file_is_run_by_one_migration_and_has_its_reverse(config: AppConfig) -> None:
    run = Counter(
        operation.name
        for migration in migrations_of(config.label)
        for operation in migration.operations
        if isinstance(operation, RunSQLFile)
    )

    files = {path.name for path in (Path(config.path) / "sql").iterdir()}

    assert set(run.values()) == {1}
    assert files == {f"{name}{suffix}" for name in run for suffix in (".sql", ".reverse.sql")}


@each_app
def test_sql_files_name_no_schema(config: AppConfig) -> None:
    for path in (Path(config.path) / "sql").iterdir():
        assert not re.search(r"\b(public|SCHEMA)\.", path.read_text(encoding="utf-8")), path.name


@each_migration
def test_migrations_are_named_and_reverse(migration: Migration) -> None:
    assert re.fullmatch(r"\d{4}(_[a-z]+){2,}", migration.name)
    assert "_auto_" not in migration.name
    assert all(operation.reversible for operation in migration.operations)


@each_migration
def test_sql_files_are_numbered_as_their_migration(migration: Migration) -> None:
    for operation in migration.operations:
        if isinstance(operation, RunSQLFile):
            assert operation.name == migration.name


@each_migration
def test_migrations_import_no_live_code(migration: Migration) -> None:
    config = apps.get_app_config(migration.app_label)
    path = Path(config.path) / "migrations" / f"{migration.name}.py"
    imported: set[str] = set()

    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")

    allowed = re.compile(r"(datetime|django|assistant\.db|pgvector\.django)\b")
    assert {name for name in imported if not allowed.match(name)} == set()


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
