"""What a command line asks for."""

from typing import Any

from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import AmbiguityError

__all__ = ["Plan", "backward_plan"]

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
