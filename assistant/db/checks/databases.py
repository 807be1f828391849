"""The databases that a command names, as ``migrate`` and ``check --database`` do."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db import connections, router
from django.db.utils import Error as DatabaseProblem
from django.db.utils import NotSupportedError

from assistant.db.checks.server import too_old
from assistant.db.embedded import is_embedded

__all__ = ["check_databases", "holds_tables_of", "own_apps", "register_database_check"]

PACKAGE = "assistant"

# Takes a connection, open, to a PostgreSQL that holds tables of ours.
DatabaseCheck = Callable[[Any], list[CheckMessage]]

_database_checks: list[DatabaseCheck] = []


def register_database_check(check: DatabaseCheck) -> None:
    """Ask each database this too; again changes nothing."""
    if check not in _database_checks:
        _database_checks.append(check)


def check_databases(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Run every database check on the databases that hold tables of ours.

    All of them in one Django check: a server that is not there is waited for once.
    """
    return [
        problem
        for alias in databases or ()
        if holds_tables_of(PACKAGE, alias)
        for problem in problems_of(connections[alias])
    ]


def problems_of(connection: Any) -> list[CheckMessage]:
    """Return what is wrong with one database, or that it does not answer."""
    name = f"DATABASES[{connection.alias!r}]"
    if connection.vendor != "postgresql":
        engine = connection.settings_dict["ENGINE"]
        return [
            Error(
                f"The engine is {engine}; tables of {PACKAGE} need PostgreSQL.",
                hint='Set ENGINE to "django.db.backends.postgresql" or "assistant.db.embedded", '
                "or keep the apps away from this database by a router.",
                obj=name,
                id="assistant.E011",
            )
        ]
    try:
        connection.ensure_connection()
        return [problem for check in _database_checks for problem in check(connection)]
    except NotSupportedError as error:  # older than Django itself allows
        return [too_old(str(error), obj=name)]
    except DatabaseProblem as error:
        # The embedded server's own errors say what to do.
        hint = "Is its server running, and are its settings (such as DATABASE_URL) right?"
        return [
            Error(
                f"The database cannot be used: {' '.join(str(error).split())}",
                hint=None if is_embedded(connection) else hint,
                obj=name,
                id="assistant.E019",
            )
        ]


def own_apps(name: str = PACKAGE) -> Iterator[AppConfig]:
    """Yield the installed apps of a package of ours."""
    for config in apps.get_app_configs():
        if f"{config.name}.".startswith(f"{name}."):
            yield config


def holds_tables_of(name: str, alias: str) -> bool:
    """Return whether the routers let tables of these apps into a database."""
    return any(
        not model._meta.proxy and router.allow_migrate_model(alias, model)
        for config in own_apps(name)
        for model in config.get_models()
    )
