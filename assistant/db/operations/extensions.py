"""The one extension the project needs."""

from typing import Any

from django.contrib.postgres.operations import CreateExtension
from django.core.management.base import CommandError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState
from django.db.utils import NotSupportedError, ProgrammingError

__all__ = ["CreateVectorExtension"]


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
        database = schema_editor.connection.settings_dict["NAME"]
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

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Leave the extension."""
