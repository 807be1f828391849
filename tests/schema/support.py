"""What several tests of migrating need."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections

from assistant.schema.migrating.locks import LEADER, LOCK_CLASS
from tests.contract.databases import connect, server_parameters

HELD = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def migrate(*arguments: str, **options: Any) -> str:
    """Run the command on the database ``scratch`` and return what it prints."""
    out = StringIO()
    call_command("migrate", *arguments, database="scratch", stdout=out, stderr=out, **options)
    return out.getvalue()


@contextmanager
def somebody_migrates(database: str, *, key: int = LEADER) -> Iterator[int]:
    """Hold the lock as another process would; yield its server process."""
    with connect(database, autocommit=True, application_name="migrate by a test") as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, key])
        yield other.info.backend_pid


@contextmanager
def plain_alias(name: str, **changes: Any) -> Iterator[Any]:
    """Give Django a database under the alias ``scratch`` as that of a server, never embedded."""
    parameters = server_parameters()
    connections.databases["scratch"] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "HOST": str(parameters.get("host") or ""),
        "PORT": str(parameters.get("port") or ""),
        "USER": parameters.get("user") or "",
        "PASSWORD": parameters.get("password") or "",
        **changes,
    }
    try:
        yield connections["scratch"]
    finally:
        connections["scratch"].close()
        del connections["scratch"]
        del connections.databases["scratch"]


def locks_held(client: psycopg.Connection[Any]) -> int:
    """Return how many of our locks anybody holds."""
    [(count,)] = client.execute(HELD, [LOCK_CLASS])
    return int(count)
