"""``manage.py dbshell`` on the embedded server."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.backends.postgresql.client import DatabaseClient as PostgresClient

from assistant.db.embedded import environment
from assistant.db.embedded.registry import server_for


class DatabaseClient(PostgresClient):
    """Run psql: the one on the PATH, else the wheel's."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: Mapping[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """Return psql's arguments and, in its environment, the password."""
        server = server_for(settings_dict)
        params = server.params
        args, env = super().settings_to_cmd_args_env(
            {
                **settings_dict,
                "HOST": params["host"],
                "PORT": params["port"],
                "USER": params["user"],
                "PASSWORD": params["password"],
            },
            list(parameters),
        )
        args[0] = shutil.which(cls.executable_name) or str(server.binary(cls.executable_name))
        return args, env

    def runshell(self, parameters: Iterable[str]) -> None:
        """Start the server, make the database if it is missing, and run psql."""
        # Before Django's own handling of Ctrl-C, and for psql itself without a hint of elsewhere.
        self.connection.ensure_connection()
        self.connection.close()
        with environment.masked():
            super().runshell(parameters)
