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


@contextmanager
def ddl_timeout(connection: Any, *, seconds: float) -> Iterator[None]:
    """Bound the wait of each statement that changes tables, within the present transaction.

    A waiting ``ALTER TABLE`` stops everybody who comes after it, readers too. Statements that
    wait for rows keep the session's own ``lock_timeout``.
    """
    bounded = False
    bind = f"SET LOCAL lock_timeout TO '{seconds:g}s'"
    release = "SET LOCAL lock_timeout TO DEFAULT"

    def execute(run: Callable[..., Any], sql: Any, *arguments: Any) -> Any:
        nonlocal bounded
        wanted = ROWS.match(str(sql)) is None
        if wanted != bounded and connection.in_atomic_block and sql not in (bind, release):
            bounded = wanted
            with connection.cursor() as cursor:
                cursor.execute(bind if wanted else release)
        return run(sql, *arguments)

    with connection.execute_wrapper(execute):
        yield
