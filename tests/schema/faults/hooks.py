"""An app that lets something go wrong at a chosen statement.

The setting ``FAULTS["fault"]`` is a dictionary: ``at`` counts the statements of the process, on
all its connections; ``do`` names what happens before that one:

``count``             nothing; the number of statements is written to the file ``to`` at the end
``kill``              SIGKILL of this process
``kill later``        SIGKILL of this process ``after`` seconds, while it goes on
``kill server``       SIGKILL of the server's processes ``pids``, the postmaster first
``interrupt``         SIGINT of this process
``terminate``         the server ends the sessions whose application_name is LIKE ``who``
"""

import atexit
import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

TERMINATE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE %s
"""


class Config(AppConfig):
    """Count statements, and let one go wrong."""

    name = "tests.schema.faults.hooks"
    label = "faults_hooks"

    def ready(self) -> None:
        """Watch every connection."""
        self.fault = settings.FAULTS.get("fault", {})
        self.statements = 0
        if self.fault:
            connection_created.connect(self._watch)
        if self.fault.get("do") == "count":
            atexit.register(self._write)

    def _watch(self, connection: Any, **options: Any) -> None:
        if self._wrapper not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._wrapper)

    def _wrapper(self, execute: Any, sql: Any, parameters: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        if self.statements == self.fault.get("at"):
            self._happen(context["connection"])
        return execute(sql, parameters, many, context)

    def _write(self) -> None:
        Path(self.fault["to"]).write_text(str(self.statements))

    def _happen(self, connection: Any) -> None:
        match self.fault["do"]:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "kill later":
                arguments = [os.getpid(), signal.SIGKILL]
                threading.Timer(self.fault["after"], os.kill, arguments).start()
            case "kill server":
                kill_server(self.fault["pid"], children=self.fault["children"])
            case "interrupt":
                os.kill(os.getpid(), signal.SIGINT)
            case "terminate":
                parameters = connection.get_connection_params()
                kept = ("host", "port", "user", "password", "dbname")
                parameters = {k: v for k, v in parameters.items() if k in kept}
                with psycopg.connect(**parameters, autocommit=True) as other:
                    other.execute(TERMINATE, [self.fault["who"]])


def kill_server(pid: int, *, children: bool) -> None:
    """Kill a postmaster, and the processes it started."""
    pids = [pid]
    if children:
        listing = subprocess.check_output(["ps", "-axo", "pid=,ppid="], text=True)
        rows = [line.split() for line in listing.splitlines()]
        pids += [int(child) for child, parent in rows if int(parent) == pid]
    for each in pids:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
