"""Management commands that say in one line why the database cannot be used."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError

__all__ = ["DatabaseCommand", "explained"]

# Classes of SQLSTATE of a connection: failures of it, of logging in, of naming the database, and
# what an operator ends. Where there was none, there is no SQLSTATE, either.
CONNECTING = ("08", "28", "3D", "57P")
# No such table, column, function, schema.
UNDEFINED = {"42P01", "42703", "42883", "3F000"}
NO_RIGHT = "42501"


class DatabaseCommand(BaseCommand):
    """A command that ends in one line, and not in a traceback, where the database refuses.

    ``--traceback`` shows more, as ever.
    """

    def execute(self, *args: Any, **options: Any) -> Any:
        """Run, and explain what the database refuses."""
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            raise CommandError(explained(error)) from error


def explained(error: DatabaseError) -> str:
    """Return what a user is told of an error: what it is, and what to do about it."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    said = lines[0].rstrip(".")
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    if isinstance(error, OperationalError) and (sqlstate or "08").startswith(CONNECTING):
        return (
            f"The database cannot be used: {said}. Is its server running, and are its settings "
            "(such as DATABASE_URL) right?"
        )
    if sqlstate in UNDEFINED:
        return f"The database: {said}. Run manage.py migrate first."
    if sqlstate == NO_RIGHT:
        return f"The database: {said}. The role that uses it lacks that right."
    return f"The database: {said}."
