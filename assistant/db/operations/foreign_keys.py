"""Foreign keys that the database keeps, with their ON DELETE."""

from typing import Any, Literal

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

__all__ = ["AddForeignKey"]

OnDelete = Literal["CASCADE", "SET NULL", "NO ACTION"]


class AddForeignKey(Operation):
    """Add ``<table>_<column>_fkey`` for a model field that has ``db_constraint=False``.

    The constraint follows whatever table and key the field points at, so it works for any user
    model. It is deferred to the end of the transaction, as Django's own are. A many-to-many field
    gets both constraints of its join table. A host that changes the type of its user key drops
    the constraint, as Django then drops every incoming one.
    """

    reduces_to_sql = True
    reversible = True
    category = OperationCategory.ADDITION

    def __init__(self, model_name: str, name: str, *, on_delete: OnDelete) -> None:
        self.model_name = model_name
        self.name = name
        self.on_delete = on_delete

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return the arguments that make the same operation again."""
        kwargs = {"on_delete": self.on_delete}
        return self.__class__.__qualname__, [self.model_name, self.name], kwargs

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the state alone: to Django the field has no constraint."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Add the constraint."""
        quote = schema_editor.quote_name
        for key in self._foreign_keys(app_label, schema_editor, to_state):
            table, target = key.model._meta.db_table, key.target_field
            schema_editor.execute(
                f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(constraint_name(key))} "
                f"FOREIGN KEY ({quote(str(key.column))}) "
                f"REFERENCES {quote(target.model._meta.db_table)} ({quote(str(target.column))}) "
                f"ON DELETE {self.on_delete} DEFERRABLE INITIALLY DEFERRED"
            )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the constraint."""
        quote = schema_editor.quote_name
        for key in self._foreign_keys(app_label, schema_editor, to_state):
            # IF EXISTS: Django drops it when a host changes the type of the key it points at.
            schema_editor.execute(
                f"ALTER TABLE {quote(key.model._meta.db_table)} "
                f"DROP CONSTRAINT IF EXISTS {quote(constraint_name(key))}"
            )

    def describe(self) -> str:
        """Name the field and the rule."""
        return f"Add foreign key {self.model_name}.{self.name} ON DELETE {self.on_delete}"

    def _foreign_keys(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState
    ) -> list[models.ForeignKey]:
        alias = schema_editor.connection.alias
        model = state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(alias, model):
            return []
        field = model._meta.get_field(self.name)
        fields = field.remote_field.through._meta.local_fields if field.many_to_many else [field]
        keys = [f for f in fields if isinstance(f, models.ForeignKey)]
        # No constraint reaches into another database.
        return [key for key in keys if self.allow_migrate_model(alias, key.related_model)]


def constraint_name(key: models.ForeignKey) -> str:
    """Return the name PostgreSQL itself would choose, which the SQL files rely on."""
    return f"{key.model._meta.db_table}_{key.column}_fkey"
