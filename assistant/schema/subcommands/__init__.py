"""What ``manage.py schema`` can do, one module each.

A module has ``help``, ``add_arguments(parser)`` and ``run(command, connection, options)``, which
returns the exit code. ``command`` is Django's, to write to.
"""

from types import ModuleType

from assistant.schema.subcommands import accept, adopt, status, verify

__all__ = ["DIFFERS", "SUBCOMMANDS", "UNDETERMINED", "UP_TO_DATE"]

UP_TO_DATE, DIFFERS, UNDETERMINED = 0, 1, 2

SUBCOMMANDS: dict[str, ModuleType] = {
    "status": status,
    "accept": accept,
    "verify": verify,
    "adopt": adopt,
}
