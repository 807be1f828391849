"""Running operations against the test database, as a migration would."""

from typing import Any

from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter

LABEL = "things"


class SaysNo:
    """A router that allows no migration."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Say no."""
        return False


def forwards(operation: Operation, state: ProjectState, label: str = LABEL) -> ProjectState:
    """Run an operation and return the state after it."""
    after = state.clone()
    operation.state_forwards(label, after)
    with connection.schema_editor() as editor:
        operation.database_forwards(label, editor, state, after)
    return after


def backwards(operation: Operation, before: ProjectState, label: str = LABEL) -> None:
    """Take an operation back; ``before`` is the state that it was run in."""
    after = before.clone()
    operation.state_forwards(label, after)
    with connection.schema_editor() as editor:
        operation.database_backwards(label, editor, after, before)


def collected_sql(operation: Operation, state: ProjectState, label: str = LABEL) -> str:
    """Return what ``sqlmigrate`` shows."""
    with connection.schema_editor(collect_sql=True) as editor:
        operation.database_forwards(label, editor, state, state)
    return "\n".join(editor.collected_sql)


def written(operation: Operation) -> Operation:
    """Return the operation that a migration file would make again."""
    text, imports = OperationWriter(operation, indentation=0).serialize()
    scope: dict[str, Any] = {"migrations": migrations, "models": models}
    exec("\n".join(imports), scope)  # noqa: S102
    return eval(text.strip().rstrip(","), scope)  # noqa: S307


def snapshot(state: ProjectState) -> dict[tuple[str, str], Any]:
    """Return what a state knows of each model."""
    return {key: (model.fields, model.options) for key, model in state.models.items()}
