"""The one extension the project needs."""

from typing import Any

from django.contrib.postgres.operations import CreateExtension
from django.core.management.base import CommandError
from django.db import router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState
from django.db.utils import NotSupportedError, ProgrammingError

__all__ = ["CreateVectorExtension"]

HIDDEN = """
SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.extname = %s AND NOT n.nspname = ANY (current_schemas(true))
"""


class CreateVectorExtension(CreateExtension):
    """Create pgvector's extension unless it is there; backwards, leave it.

    Others in the same database may use it, so it is not ours to drop.
    """

    def __init__(self) -> None:
        super().__init__("vector")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return the arguments that make the same operation again: none."""
        return self.__class__.__qualname__, [], {}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the extension, or say in one line what the server is missing."""
        connection = schema_editor.connection
        database = connection.settings_dict["NAME"]
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except NotSupportedError as error:  # the server has no such extension
            raise CommandError(
                f'The server of database "{database}" has no extension "vector": install pgvector '
                "0.8.4 or later on it (https://github.com/pgvector/pgvector#installation-notes)."
            ) from error
        except ProgrammingError as error:  # the role may not create it
            raise CommandError(
                f'The role may not create the extension "vector" in database "{database}": '
                "let an administrator run CREATE EXTENSION vector; there, then migrate again."
            ) from error
        if schema_editor.collect_sql or not router.allow_migrate(connection.alias, app_label):
            return
        if (hidden := self._hidden_schema(connection)) is not None:
            raise CommandError(
                f'The extension "vector" of database "{database}" is in the schema "{hidden}", '
                "which is not on the search_path: let an administrator run ALTER DATABASE "
                f'"{database}" SET search_path = {self._search_path(connection)}, "{hidden}"; '
                "then migrate again."
            )

    def _hidden_schema(self, connection: Any) -> str | None:
        # Of the extension where it is out of sight.
        with connection.cursor() as cursor:
            cursor.execute(HIDDEN, [self.name])
            row = cursor.fetchone()
        return None if row is None else str(row[0])

    def _search_path(self, connection: Any) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW search_path")
            return str(cursor.fetchone()[0])

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Leave the extension."""
