"""Settings under which migrations would not run as this app promises."""

from typing import Any

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.core.management import get_commands, load_command_class
from django.db import connections

from assistant.conf import conf

__all__ = ["check_migrate_command", "check_migrate_databases"]

APP = "assistant.schema"
COMMAND = f"{APP}.management.commands.migrate"


def check_migrate_command(**kwargs: Any) -> list[CheckMessage]:
    """Warn where another app's ``migrate`` comes before ours, unless it inherits from it."""
    app: Any = get_commands()["migrate"]
    if app == APP or _inherits(type(load_command_class(app, "migrate"))):
        return []
    return [
        Warning(
            f'manage.py migrate is that of "{app}": it takes no lock and records no checksums.',
            hint=f'Put "{APP}" before "{app}" in INSTALLED_APPS, or let that command inherit from '
            f"{COMMAND}.Command.",
            obj="settings.INSTALLED_APPS",
            id="assistant.W030",
        )
    ]


def check_migrate_databases(**kwargs: Any) -> list[CheckMessage]:
    """Miss the databases that a start is to look at."""
    try:
        names = conf.MIGRATE_DATABASES
    except ImproperlyConfigured:  # another check says so
        return []
    return [
        Error(
            f"ASSISTANT['MIGRATE_DATABASES'] names {name!r}, which is not in DATABASES.",
            hint=f"There are {', '.join(map(repr, connections))}.",
            obj="settings.ASSISTANT",
            id="assistant.E031",
        )
        for name in dict.fromkeys(names)
        if name not in connections
    ]


def _inherits(command: type) -> bool:
    # By name: who imports this file, as every process does, need not load the command.
    return any(base.__module__ == COMMAND for base in command.__mro__)
