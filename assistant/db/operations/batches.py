"""Changes of rows that are there already, while others read and write them."""

import logging
from time import monotonic, sleep
from typing import Any

from django.db import NotSupportedError, OperationalError, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

from assistant.conf import conf

__all__ = ["UpdateInBatches"]

logger = logging.getLogger(__name__)

# Of 8 kB, and by keys: some hundred rows.
PAGES = 32
ROWS = 200

# In seconds: between tries, and how long for rows that somebody has locked.
PAUSE = 0.2
PATIENCE = 30.0

# A table or row in use, a deadlock, a row that was changed under a stricter isolation.
IN_USE = {"55P03", "40P01", "40001"}

SIZE = "SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::int"
WITHIN_PAGES = "ctid >= %s::tid AND ctid < %s::tid"

# An array: read once, whatever the plan.
UPDATE = """
UPDATE {table} SET {assign} WHERE {key} = ANY (ARRAY(
    SELECT {key} FROM {table} WHERE {place} AND ({where}) FOR NO KEY UPDATE SKIP LOCKED
))
"""
LEFT = "SELECT {key} FROM {table} WHERE {place} AND ({where})"


class UpdateInBatches(Operation):
    """Run ``UPDATE … SET assign WHERE where`` a few hundred rows at a time.

    Each batch is a transaction of its own, so nobody waits for long, and what was killed goes on
    when it is run again: ``where`` must not find rows that are done. Rows that others have locked
    come last; those that are locked for longer than ``PATIENCE`` are left as they are, and the log
    says so. Backwards it does nothing. The migration must not be a transaction.
    """

    reduces_to_sql = True
    reversible = True
    category = OperationCategory.SQL

    def __init__(self, model_name: str, *, assign: str, where: str) -> None:
        self.model_name = model_name
        self.assign = assign
        self.where = where

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return the arguments that make the same operation again."""
        kwargs = {"model_name": self.model_name, "assign": self.assign, "where": self.where}
        return self.__class__.__qualname__, [], kwargs

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the state alone."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Update the rows."""
        connection = schema_editor.connection
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(connection.alias, model):
            return
        table = schema_editor.quote_name(model._meta.db_table)
        if schema_editor.collect_sql:
            schema_editor.collected_sql.append("-- A few hundred rows at a time, each committed:")
            statement = f"UPDATE {table} SET {self.assign} WHERE {self.where}"  # noqa: S608
            schema_editor.execute(statement, params=None)
            return
        if connection.in_atomic_block:
            raise NotSupportedError(
                f"UpdateInBatches of {self.model_name} commits each batch: set atomic = False in "
                "the migration, and give what needs a transaction a migration of its own."
            )
        key = schema_editor.quote_name(str(model._meta.pk.column))
        _Batches(connection, table=table, key=key, assign=self.assign, where=self.where).run()

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Do nothing."""

    def describe(self) -> str:
        """Name the model and what is set."""
        return f"Update rows of model {self.model_name} in batches: {self.assign}"


class _Batches:
    """The rows of one table."""

    def __init__(self, connection: Any, **names: str) -> None:
        self.connection = connection
        self.names = names
        # With parameters a percent sign is written twice.
        self.parts = {part: text.replace("%", "%%") for part, text in names.items()}

    def run(self) -> None:
        """Update page by page, then what was locked, or has moved to pages that were done."""
        [[pages]] = self._fetch(SIZE, [self.names["table"]])
        for first in range(0, pages, PAGES):
            self._update(WITHIN_PAGES, [f"({first},0)", f"({first + PAGES},0)"])
        deadline = monotonic() + PATIENCE
        left = self._left("true", [])
        while left:
            for first in range(0, len(left), ROWS):
                self._update(f"{self.parts['key']} = ANY (%s)", [left[first : first + ROWS]])
            left = self._left(f"{self.parts['key']} = ANY (%s)", [left])
            if left and monotonic() >= deadline:
                self._warn(len(left))
                return
            if left:
                sleep(PAUSE)

    def _update(self, place: str, params: list[Any]) -> None:
        statement = UPDATE.format(place=place, **self.parts)
        deadline = monotonic() + conf.MIGRATE_WAIT
        while True:
            try:
                with transaction.atomic(self.connection.alias), self.connection.cursor() as cursor:
                    # Who waits for the table stops everybody who comes after.
                    cursor.execute(f"SET LOCAL lock_timeout TO '{conf.MIGRATE_LOCK_TIMEOUT:d}s'")
                    cursor.execute(statement, params)
                return
            except OperationalError as error:
                sqlstate = getattr(error.__cause__, "sqlstate", "")
                if sqlstate not in IN_USE or monotonic() >= deadline:
                    raise
            sleep(PAUSE)

    def _left(self, place: str, params: list[Any]) -> list[Any]:
        names = {name: self.parts[name] for name in ("table", "key", "where")}
        return [key for (key,) in self._fetch(LEFT.format(place=place, **names), params)]

    def _fetch(self, statement: str, params: list[Any]) -> Any:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchall()

    def _warn(self, count: int) -> None:
        logger.warning(
            "%s rows of %s are locked by somebody else and were left as they are. When the "
            "transaction that holds them has ended: UPDATE %s SET %s WHERE %s",
            f"{count:,}",
            *(self.names[name] for name in ("table", "table", "assign", "where")),
        )
