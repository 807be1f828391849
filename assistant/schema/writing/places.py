"""Where a new migration goes: its app, folder, number and dependency, or why there is none."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.exceptions import (
    BadMigrationError,
    CircularDependencyError,
    NodeNotFoundError,
)
from django.db.migrations.loader import MigrationLoader

__all__ = [
    "NewMigrationError",
    "check_name",
    "check_number",
    "find_app",
    "find_folder",
    "find_leaf",
    "find_model",
    "load",
    "next_number",
]

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
# As many as makemigrations allows itself.
LONGEST_NAME = 52

# Where pip puts packages, whose files the next upgrade replaces.
INSTALLED = {"site-packages", "dist-packages"}


class NewMigrationError(Exception):
    """A migration that cannot be written; the text says why and what to do."""


def find_app(name: str) -> AppConfig:
    """Return the app of a label or of a package's name."""
    configs = {config.label: config for config in apps.get_app_configs()}
    by_package = {config.name: config for config in configs.values()}
    if config := configs.get(name) or by_package.get(name):
        return config
    raise NewMigrationError(f"No installed app {name!r}. {_suggest(name, configs, by_package)}")


def _suggest(name: str, *known: Iterable[str]) -> str:
    names = [each for group in known for each in group]
    lower = {each.lower(): each for each in names}
    close = [lower[each] for each in get_close_matches(name.lower(), lower)]
    if not close:  # part of the name, as with a prefix left out
        close = [each for each in names if name and name.lower() in each.lower()]
    if close:
        return f"Did you mean {' or '.join(close[:3])}?"
    return f"There are: {', '.join(sorted(known[0]))}." if known[0] else "There are none."


def check_name(name: str) -> None:
    """Refuse a name that is not ``verb_object``."""
    if not NAME.fullmatch(name):
        raise NewMigrationError(
            f"{name!r} does not say what the migration does: give verb_object in lower case and "
            "without the number, such as create_notes or index_messages."
        )
    if len(name) > LONGEST_NAME:
        raise NewMigrationError(
            f"{name!r} has {len(name)} characters: give {LONGEST_NAME} at most."
        )


def load() -> MigrationLoader:
    """Return the migrations of all apps; no database is asked."""
    try:
        return MigrationLoader(None, ignore_no_migrations=True)
    except (BadMigrationError, CircularDependencyError, NodeNotFoundError) as error:
        raise NewMigrationError(f"The migrations there are cannot be read: {error}") from error


def find_folder(loader: MigrationLoader, config: AppConfig) -> Path:
    """Return where the app's migrations are."""
    module, _ = loader.migrations_module(config.label)
    if module is None:
        raise NewMigrationError(
            f"MIGRATION_MODULES[{config.label!r}] is None, so the app has no migrations: "
            "remove the key, or give the name of a package."
        )
    if INSTALLED.intersection(Path(config.path).parts):
        raise NewMigrationError(
            f"{config.label} is installed in {config.path}, whose files the next upgrade replaces: "
            f"make the migration in an app of your own, and name one of {config.label} in its "
            "dependencies."
        )
    if config.label in loader.unmigrated_apps:
        package = Path(config.path) / "migrations"
        where = (
            package / "__init__.py" if config.label not in settings.MIGRATION_MODULES else module
        )
        raise NewMigrationError(
            f"{config.label} has no migrations, as there is no package {module}: "
            f"let makemigrations {config.label} make it with the tables of its models, or make "
            f"{where} if it has none."
        )
    return Path(import_module(module).__path__[0])


def find_leaf(loader: MigrationLoader, label: str) -> tuple[str, str] | None:
    """Return the app's last migration, if it has any."""
    leaves = sorted(loader.graph.leaf_nodes(label))
    if len(leaves) > 1:
        names = " and ".join(name for _, name in leaves)
        raise NewMigrationError(
            f"{label} has {len(leaves)} last migrations, {names}: join them first, with "
            f"makemigrations --merge {label}"
        )
    return leaves[0] if leaves else None


def find_model(loader: MigrationLoader, config: AppConfig, name: str) -> str:
    """Return the name of a model as the app's migrations spell it."""
    state = loader.project_state()
    known = {
        model.name_lower: model.name
        for (label, _), model in state.models.items()
        if label == config.label
    }
    found: str | None = known.get(name.lower())
    if found:
        return found
    if name.lower() in {model._meta.model_name for model in config.get_models()}:
        raise NewMigrationError(
            f"The model {name!r} of {config.label} has no migration yet: "
            f"run makemigrations {config.label} first."
        )
    raise NewMigrationError(
        f"{config.label} has no model {name!r}. {_suggest(name, known.values())}"
    )


def next_number(loader: MigrationLoader, label: str) -> int:
    """Return the number after the highest."""
    # Those that a squashed migration replaces count too.
    names = [name for app, name in loader.disk_migrations if app == label]
    return 1 + max((MigrationAutodetector.parse_number(name) or 0 for name in names), default=0)


def check_number(number: str, folders: tuple[Path, ...]) -> None:
    """Refuse a number that another file has."""
    for folder in folders:
        if found := sorted(folder.glob(f"{number}_*")):
            raise NewMigrationError(
                f"{found[0]} is there, but no migration {number}: finish it or remove it."
            )
