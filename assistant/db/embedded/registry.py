"""One `Server` for all connections of this process that have the same settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.db.embedded.options import Options, from_database
from assistant.db.embedded.server import Server

_servers: dict[Options, Server] = {}


def server_for(database: Mapping[str, Any]) -> Server:
    """Return the server of one entry of ``DATABASES``, not started yet."""
    options = from_database(database)
    server = Server(
        options.data_dir,
        options.version,
        settings=dict(options.settings),
        timeout=options.timeout,
    )
    # Of two threads that come at once, both get the first one's.
    return _servers.setdefault(options, server)
