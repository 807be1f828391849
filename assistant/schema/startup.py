"""Bringing the databases up to date when a server process starts.

In a project's ``wsgi.py`` and ``asgi.py``, after the application is made::

    from assistant.schema.startup import bring_up_to_date

    application = get_wsgi_application()
    bring_up_to_date()
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic, sleep
from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.utils import Error as DatabaseProblem
from django.db.utils import NotSupportedError, OperationalError

from assistant.conf import conf
from assistant.schema.errors import MigrationError
from assistant.schema.history.pending import Key, pending
from assistant.schema.migrating.refusals import is_permanent, told, unusable
from assistant.schema.migrating.sessions import unpooled

__all__ = ["bring_up_to_date"]

PAUSE = 0.25

# Gunicorn stops instead of starting the worker again and again.
WORKER_FAILED_TO_BOOT = 3


def bring_up_to_date() -> None:
    """Do what ``ASSISTANT["MIGRATE_ON_START"]`` says about migrations that are not applied.

    ``apply`` runs ``migrate``, ``check`` ends the process with one line, ``off`` does nothing.
    Either waits up to ``DATABASE_WAIT`` seconds for a database that does not answer yet. No
    connection stays open, so a server may fork afterwards.
    """
    try:
        mode = conf.MIGRATE_ON_START
        if mode == "off":
            return
        _in_a_thread(_bring_all_up_to_date, mode)
    except (CommandError, ImproperlyConfigured) as error:
        _refuse(str(error))


def _in_a_thread(function: Callable[[str], None], mode: str) -> None:
    # An asynchronous server imports the application in its event loop, where Django lets no one
    # talk to a database; and connections belong to a thread. A daemon: who interrupts the process
    # does not wait for a migration, which the server then rolls back.
    outcome: Future[None] = Future()

    def run() -> None:
        try:
            function(mode)
            outcome.set_result(None)
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=run, name="bring_up_to_date", daemon=True).start()
    outcome.result()


def _bring_all_up_to_date(mode: str) -> None:
    try:
        for alias in conf.MIGRATE_DATABASES:
            try:
                _bring_up_to_date(alias, mode)
            except DatabaseProblem as error:
                raise told(connections[alias], error) from error
    finally:
        connections.close_all()


def _bring_up_to_date(alias: str, mode: str) -> None:
    if alias not in connections:
        raise MigrationError(
            f"ASSISTANT['MIGRATE_DATABASES'] names {alias!r}, which is not in DATABASES "
            f"({', '.join(connections)})."
        )
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return
    with unpooled(connection) as session:
        _wait_for(session)
        missing = pending(session)
    if not missing:
        return
    if mode == "check":
        raise MigrationError(_lacking(connection, missing))
    _say(f'Bringing database "{connection.settings_dict["NAME"]}" up to date.')
    call_command("migrate", database=alias, interactive=False, stdout=sys.stderr, stderr=sys.stderr)
    connection.close()
    # Its threads do not survive a fork.
    if hasattr(connection, "close_pool"):
        connection.close_pool()


def _wait_for(session: Any) -> None:
    deadline = monotonic() + conf.DATABASE_WAIT
    said = False
    while True:
        try:
            session.ensure_connection()
            return
        except NotSupportedError as error:  # a server too old for Django
            raise MigrationError(str(error)) from error
        except OperationalError as error:
            problem = unusable(session, error)
            if is_permanent(error) or monotonic() > deadline:
                raise problem from error
        if not said:
            said = True
            _say(f"{problem} Waiting up to {conf.DATABASE_WAIT} s.")
        sleep(PAUSE)


def _lacking(connection: Any, missing: list[Key]) -> str:
    names = [f"{app}.{name}" for app, name in missing[:3]]
    if len(missing) > len(names):
        names.append(f"{len(missing) - len(names)} more")
    return (
        f'Database "{connection.settings_dict["NAME"]}" is not up to date ({", ".join(names)}): '
        f"run manage.py migrate --database {connection.alias}, or set MIGRATE_ON_START to apply."
    )


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _refuse(text: str) -> NoReturn:
    _say(f"Not started: {text}")
    if threading.current_thread() is not threading.main_thread():
        # The thread of a development server that reloads: its end alone would go unnoticed.
        os._exit(1)
    raise SystemExit(WORKER_FAILED_TO_BOOT)
