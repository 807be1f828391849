"""Proxies between Django and PostgreSQL."""

from contextlib import ExitStack
from typing import Any

from assistant.schema.errors import MigrationError
from assistant.schema.migrating.sessions import unpooled

__all__ = ["refuse_transaction_pooling"]

PID = "SELECT pg_backend_pid()"
TRIES = 3


def refuse_transaction_pooling(session: Any) -> None:
    """Raise ``MigrationError`` where each transaction may be another server session.

    A proxy gives itself away: the process id it announces is not the server's. Whether it pools
    transactions shows when a second client, in a transaction, gets the session that the first,
    idle and still connected, was just served by.
    """
    if _pid(session) == session.connection.info.backend_pid:
        return
    for _ in range(TRIES):
        with ExitStack() as stack:
            other = stack.enter_context(unpooled(session))
            before = _pid(session)
            other.ensure_connection()
            stack.enter_context(other.connection.transaction())
            if _pid(other) == before or _pid(session) != before:
                raise MigrationError(
                    f'Database "{session.settings_dict["NAME"]}" is reached through a proxy that '
                    "pools transactions (such as PgBouncer with pool_mode = transaction), where a "
                    "lock on a session means nothing. Migrate over a direct connection, or one "
                    "that pools sessions."
                )


def _pid(connection: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(PID)
        return int(cursor.fetchone()[0])
