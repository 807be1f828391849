"""What a command line asks for."""

from typing import Any

from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import AmbiguityError, MigrationLoader

from assistant.schema.errors import MigrationError

__all__ = ["Plan", "backward_plan", "refuse_forwards"]

Plan = list[tuple[Migration, bool]]


def backward_plan(connection: Any, options: dict[str, Any]) -> Plan:
    """Return the steps back that ``migrate APP NAME`` takes; none where it goes forwards.

    None, too, where Django refuses the names, or is to take nothing back in the database.
    """
    app, name = options["app_label"], options["migration_name"]
    if not (app and name) or options["fake"]:
        return []
    executor = MigrationExecutor(connection)
    if name != "zero":
        try:
            name = executor.loader.get_migration_by_prefix(app, name).name
        except (AmbiguityError, KeyError):
            return []
    plan = executor.migration_plan([(app, None if name == "zero" else name)])
    return [step for step in plan if step[1]]


def refuse_forwards(connection: Any, app: str, name: str) -> None:
    """Raise ``MigrationError`` unless ``migrate APP NAME`` would go back, or do nothing."""
    loader = MigrationLoader(connection)
    if app not in loader.migrated_apps:
        raise MigrationError(
            f"No app {app!r} with migrations (a label, such as assistant_settings)."
        )
    if name == "zero":
        return
    try:
        found = loader.get_migration_by_prefix(app, name)
    except AmbiguityError as error:
        raise MigrationError(f"More than one migration of {app} begins with {name!r}.") from error
    except KeyError as error:
        raise MigrationError(f"No migration of {app} begins with {name!r}.") from error
    if (app, found.name) not in loader.applied_migrations:
        raise MigrationError(f"{app}.{found.name} is not applied: there is no way back to it.")
