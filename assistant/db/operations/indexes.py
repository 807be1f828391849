"""Indexes that are built while others write."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently as DjangoAddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

__all__ = ["AddIndexConcurrently"]

# Of the table's own: the search path may reach another table's index of the same name.
IS_VALID = """
SELECT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = to_regclass(%s) AND relname = %s
"""


class AddIndexConcurrently(DjangoAddIndexConcurrently):
    """Build an index without blocking writers; what a killed run left is replaced or kept.

    Such a build is no transaction: killed, it leaves an index that is kept up and never used, or
    a finished one that the history of migrations does not know of. After an index of expressions
    comes ``ANALYZE``.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Build the index, unless it is there and valid."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        if (
            not schema_editor.collect_sql
            and (valid := self._is_valid(schema_editor, model)) is not None
        ):
            if valid:
                return
            schema_editor.remove_index(model, self.index, concurrently=True)  # type: ignore[call-arg]
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        if self.index.expressions:
            # The planner has no statistics of the expression until then.
            schema_editor.execute(f"ANALYZE {schema_editor.quote_name(model._meta.db_table)}")

    def describe(self) -> str:
        """Name the index and the model."""
        return f"Concurrently create index {self.index.name} of model {self.model_name}"

    def _is_valid(self, schema_editor: BaseDatabaseSchemaEditor, model: Any) -> bool | None:
        # None where there is no such index.
        table = schema_editor.quote_name(model._meta.db_table)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(IS_VALID, [table, self.index.name])
            row: Any = cursor.fetchone()
        return None if row is None else row[0]
