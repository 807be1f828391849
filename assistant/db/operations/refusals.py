"""Ways back that rows close."""

from typing import Any

from django.core.management.base import CommandError
from django.db import router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

__all__ = ["RefuseReverse"]

MOST_ROWS = 1000
SHOWN_KEYS = 3

# The query may return further columns and end in a comment. A key is as long as a line shows.
FIRST_KEYS = """
SELECT left(refused.key::text, 60) FROM (
{query}
) AS refused (key) LIMIT {limit}
"""


class RefuseReverse(Operation):
    """Forwards, do nothing; refuse to be taken back, with ``reason``, while ``query`` finds rows.

    The first column of the query is what the rows are called by: the message counts them and
    names the first. It is asked before a plan that goes back is begun, of the schema as it is at
    that time, which later migrations may have changed, and once more when its turn comes. The
    last operation of a migration is the first to be taken back, so this belongs at the end.

    ``model_name`` names a model of the app whose table the query reads, so that routers can
    answer for it and a swapped user model is left alone; without it they answer for the app. With
    it the table is locked before its turn's question, so that no row comes in after the answer.
    """

    reduces_to_sql = True
    reversible = True
    category = OperationCategory.SQL

    def __init__(self, *, query: str, reason: str, model_name: str | None = None) -> None:
        self.query = query
        self.reason = reason
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return the arguments that make the same operation again."""
        kwargs = {"query": self.query, "reason": self.reason}
        if self.model_name:
            kwargs["model_name"] = self.model_name
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
        """Do nothing."""

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Refuse, or do nothing."""
        connection = schema_editor.connection
        if not self._is_allowed(connection.alias, app_label, to_state):
            return
        if schema_editor.collect_sql:
            comment = f"Refused while this finds rows: {self.query.strip()}".splitlines()
            schema_editor.collected_sql.extend(f"-- {line}" for line in comment)
            return
        if self.model_name and connection.in_atomic_block:
            # At once what ALTER TABLE takes later: two steps would deadlock with a writer.
            model = to_state.apps.get_model(app_label, self.model_name)
            table = schema_editor.quote_name(model._meta.db_table)
            schema_editor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        if refusal := self.refusal(app_label, connection, to_state):
            raise CommandError(f"A migration of {app_label} cannot be taken back: {refusal}")

    def refusal(
        self, app_label: str, connection: BaseDatabaseWrapper, state: ProjectState
    ) -> str | None:
        """Say why this cannot be taken back now, or return None.

        ``state`` is that of the models where the operation stands.
        """
        if not self._is_allowed(connection.alias, app_label, state):
            return None
        statement = FIRST_KEYS.format(query=self.query.rstrip("; \n"), limit=MOST_ROWS + 1)
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            # No parameters: a percent sign in the query stays a percent sign.
            cursor.execute(statement)
            keys = [key for (key,) in cursor.fetchall()]
        return f"{described(keys)}: {self.reason}" if keys else None

    def describe(self) -> str:
        """Give the reason."""
        return f"Refuse to be taken back while there are rows: {self.reason}"

    def _is_allowed(self, alias: str, app_label: str, state: ProjectState) -> bool:
        if self.model_name is None:
            return bool(router.allow_migrate(alias, app_label))
        return self.allow_migrate_model(alias, state.apps.get_model(app_label, self.model_name))


def described(keys: list[str | None]) -> str:
    """Return how many rows there are, and the first few."""
    if len(keys) == 1:
        return f"1 row ({shown(keys[0])})"
    count = f"more than {MOST_ROWS:,}" if len(keys) > MOST_ROWS else f"{len(keys):,}"
    more = ", …" if len(keys) > SHOWN_KEYS else ""
    return f"{count} rows ({', '.join(map(shown, keys[:SHOWN_KEYS]))}{more})"


def shown(key: str | None) -> str:
    """Return a key without line breaks and what else a terminal would obey."""
    if key is None:
        return "NULL"
    return key if key.isprintable() else ascii(key)
