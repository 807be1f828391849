"""New migrations of SQL: which files they are made of, and writing them."""

from dataclasses import dataclass
from pathlib import Path

from assistant.db.checks.sql_files import UNWRITTEN
from assistant.db.operations import RunSQLFile
from assistant.schema.writing.places import (
    NewMigrationError,
    check_name,
    check_number,
    find_app,
    find_folder,
    find_leaf,
    find_model,
    load,
    next_number,
)

__all__ = ["NewMigration", "NewMigrationError", "plan_sql_migration", "write_migration"]

LINE_LENGTH = 100

MIGRATION = '''\
"""{summary}."""

from django.db import migrations

import assistant.db.operations.sql_files


class Migration(migrations.Migration):
    dependencies = {dependencies}

    operations = [
        assistant.db.operations.sql_files.RunSQLFile(
            {arguments}
        ),
    ]
'''
FORWARD = UNWRITTEN + " the statements that {does}.\n"
REVERSE = UNWRITTEN + " the statements that take {name}.sql back, or why nothing does.\n"


@dataclass(frozen=True, kw_only=True)
class NewMigration:
    """The files of a migration that is not written yet; that of Python is the last."""

    name: str
    files: dict[Path, str]


def plan_sql_migration(*, app: str, name: str, model: str | None = None) -> NewMigration:
    """Return the files of the next migration of an app, which runs an SQL file and its reverse.

    ``app`` is a label or the name of the app's package, ``name`` is ``verb_object``; ``model``
    names the model for which the routers answer, which has a migration.
    """
    config = find_app(app)
    check_name(name)
    loader = load()
    folder = find_folder(loader, config)
    leaf = find_leaf(loader, config.label)
    model_name = None if model is None else find_model(loader, config, model)

    full_name = f"{next_number(loader, config.label):04}_{name}"
    forward, reverse = RunSQLFile(full_name).paths(config.label)
    migration = folder / f"{full_name}.py"
    check_number(full_name[:4], (folder, forward.parent))
    return NewMigration(
        name=full_name,
        files={
            forward: FORWARD.format(does=name.replace("_", " ")),
            reverse: REVERSE.format(name=full_name),
            migration: _source(full_name, leaf=leaf, model_name=model_name),
        },
    )


def write_migration(*, migration: NewMigration) -> None:
    """Write all files of a migration, none of which is there; if one cannot be, none stays."""
    made: list[Path] = []
    try:
        for path, text in migration.files.items():
            if not path.parent.is_dir():
                path.parent.mkdir()
                made.append(path.parent)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
    except FileExistsError as error:
        _remove(made)
        raise NewMigrationError(
            f"{error.filename} is there already: nothing was written."
        ) from error
    except OSError as error:
        _remove(made)
        raise NewMigrationError(
            f"{error.filename or path} cannot be written ({error.strerror}): nothing was. "
            "Run the command where you may write the app's own source."
        ) from error
    except BaseException:
        _remove(made)
        raise


def _remove(paths: list[Path]) -> None:
    for path in reversed(paths):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()


def _source(name: str, *, leaf: tuple[str, str] | None, model_name: str | None) -> str:
    summary = name[5:].replace("_", " ").capitalize()
    arguments = [f'name="{name}",'] + ([f'model_name="{model_name}",'] if model_name else [])
    return MIGRATION.format(
        summary=summary,
        dependencies=_dependencies(leaf),
        arguments=f"\n{' ' * 12}".join(arguments),
    )


def _dependencies(leaf: tuple[str, str] | None) -> str:
    if leaf is None:
        return "[]"
    label, name = leaf
    line = f'        ("{label}", "{name}"),'
    if len(line) > LINE_LENGTH:
        line = f'        (\n            "{label}",\n            "{name}",\n        ),'
    return f"[\n{line}\n    ]"
