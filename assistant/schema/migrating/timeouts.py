"""How long a statement waits for a table, so that those behind it do not wait longer."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["ddl_timeout"]

# A statement that reads or writes rows waits for rows, while nobody waits behind it for the table.
ROWS = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|COPY|VALUES|SET|SHOW|"
    r"SAVEPOINT|RELEASE|ROLLBACK)\b",
    re.IGNORECASE,
)

# The records of the migration itself, which nobody else writes: either way is right.
RECORDS = re.compile(r'\s*INSERT INTO "?(?:django_migrations|schema_migration_details)\b')

RELEASE = "SET LOCAL lock_timeout TO DEFAULT"


@contextmanager
def ddl_timeout(connection: Any, *, seconds: float) -> Iterator[None]:
    """Bound the wait of each statement that changes tables, within the present transaction.

    A waiting ``ALTER TABLE`` stops everybody who comes after it, readers too. Statements that
    wait for rows keep the session's own ``lock_timeout``.
    """
    bounded = False
    bind = f"SET LOCAL lock_timeout TO '{seconds:g}s'"

    def execute(run: Callable[..., Any], sql: Any, params: Any, *arguments: Any) -> Any:
        nonlocal bounded
        changes_tables = ROWS.match(str(sql)) is None
        if (
            changes_tables == bounded
            or sql in (bind, RELEASE)
            or RECORDS.match(str(sql))
            or not connection.in_atomic_block
        ):
            return run(sql, params, *arguments)
        bounded = changes_tables
        if bounded and not params and isinstance(sql, str):
            # In one message to the server: there are many of these.
            return run(f"{bind};\n{sql}", params, *arguments)
        with connection.cursor() as cursor:
            cursor.execute(bind if bounded else RELEASE)
        return run(sql, params, *arguments)

    with connection.execute_wrapper(execute):
        yield
