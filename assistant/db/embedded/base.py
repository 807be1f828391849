"""The engine: Django's PostgreSQL backend on a server that starts at the first connection."""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

if os.name == "nt":
    raise ImproperlyConfigured(
        "The embedded PostgreSQL needs Unix sockets and file locks, which Windows lacks. Set "
        "DATABASE_URL to a PostgreSQL server."
    )

from django.db.backends.postgresql import base

from assistant.db.embedded import environment
from assistant.db.embedded.client import DatabaseClient
from assistant.db.embedded.creation import DatabaseCreation
from assistant.db.embedded.databases import create_if_missing
from assistant.db.embedded.registry import server_for
from assistant.db.embedded.server import Server

#: Connections of a parent process: closing one here would end the parent's session.
_inherited: list[Any] = []


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded server."""

    is_embedded = True
    client_class = DatabaseClient
    creation_class = DatabaseCreation
    _connected_in = 0

    @property
    def server(self) -> Server:
        """Return the server of this connection, not necessarily started."""
        return server_for(self.settings_dict)

    def get_connection_params(self) -> dict[str, Any]:
        """Return what psycopg connects with, starting the server if it does not run."""
        # Checks the settings before anything is started.
        server = self.server
        params: dict[str, Any] = super().get_connection_params()
        return {**params, **server.params}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; if that fails, heal the server or make the database, and try once more."""
        self._connected_in = os.getpid()
        with environment.masked():
            try:
                return super().get_new_connection(conn_params)
            except self.Database.OperationalError:
                params = self.server.ensure_running()
                create_if_missing(params, conn_params["dbname"])
                return super().get_new_connection({**conn_params, **params})

    def ensure_connection(self) -> None:
        """Connect unless connected; a forked child never talks on its parent's connection."""
        if self._is_inherited():
            _inherited.append(self.connection)
            self.connection = None
        super().ensure_connection()

    def _close(self) -> None:
        if self._is_inherited():
            _inherited.append(self.connection)
            return
        super()._close()  # type: ignore[misc]

    def _is_inherited(self) -> bool:
        return self.connection is not None and self._connected_in != os.getpid()
