"""Running numbered SQL files."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import NotSupportedError, router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

__all__ = ["RunSQLFile"]

# What functions pin with SET search_path FROM CURRENT: the schemas themselves, not "$user", and
# temporary tables last, so that nobody's table of the same name comes before ours.
PIN_SEARCH_PATH = """
SELECT set_config('assistant.search_path', current_setting('search_path'), true);
SELECT set_config('search_path', string_agg(quote_ident(name), ', ') || ', pg_temp', true)
FROM unnest(current_schemas(false)) AS name;
"""
RESTORE_SEARCH_PATH = """
SELECT set_config('search_path', current_setting('assistant.search_path'), true);
"""


class RunSQLFile(Operation):
    """Run ``sql/<name>.sql`` of the migration's app; backwards, ``sql/<name>.reverse.sql``.

    ``model_name`` names a model of the app whose table the file works on, so that routers can
    answer for it and a swapped user model is left alone; without it they answer for the app. Both
    files are read when they run, not when the migration is imported. A file may hold several
    statements.
    """

    reduces_to_sql = True
    reversible = True
    category = OperationCategory.SQL

    def __init__(self, name: str, *, model_name: str | None = None) -> None:
        self.name = name
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return the arguments that make the same operation again."""
        kwargs = {"model_name": self.model_name} if self.model_name else {}
        return self.__class__.__qualname__, [self.name], kwargs

    def paths(self, app_label: str) -> tuple[Path, Path]:
        """Return where the file and its reverse are."""
        folder = Path(apps.get_app_config(app_label).path) / "sql"
        return folder / f"{self.name}.sql", folder / f"{self.name}.reverse.sql"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the state alone: models know nothing of this SQL."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Run the file."""
        forward, _ = self.paths(app_label)
        self._run(app_label, schema_editor, to_state, forward)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Run the reverse file."""
        _, reverse = self.paths(app_label)
        self._run(app_label, schema_editor, to_state, reverse)

    def describe(self) -> str:
        """Name the file."""
        return f"Run SQL file {self.name}.sql"

    def _run(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        state: ProjectState,
        path: Path,
    ) -> None:
        if not self._is_allowed(schema_editor.connection.alias, app_label, state):
            return
        if not (schema_editor.collect_sql or schema_editor.connection.in_atomic_block):
            raise NotSupportedError(
                f"RunSQLFile({self.name!r}) needs a transaction: take atomic = False out of the "
                "migration, and give what cannot run in one a migration of its own."
            )
        for script in (PIN_SEARCH_PATH, path.read_text(encoding="utf-8"), RESTORE_SEARCH_PATH):
            # No parameters: a percent sign in the file stays a percent sign.
            schema_editor.execute(script, params=None)

    def _is_allowed(self, alias: str, app_label: str, state: ProjectState) -> bool:
        if self.model_name is None:
            return bool(router.allow_migrate(alias, app_label))
        return self.allow_migrate_model(alias, state.apps.get_model(app_label, self.model_name))
