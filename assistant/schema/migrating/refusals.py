"""What the database refuses, in a line that says what to do."""

from typing import Any

from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.utils import Error as DatabaseProblem
from django.db.utils import OperationalError

from assistant.db.embedded import is_embedded
from assistant.schema.errors import MigrationError

__all__ = [
    "explained",
    "is_lock_timeout",
    "is_permanent",
    "is_too_many_clients",
    "sqlstate",
    "told",
    "unusable",
]

LOCK_NOT_AVAILABLE, DEADLOCK, TOO_MANY_CLIENTS = "55P03", "40P01", "53300"

# By SQLSTATE or its class (https://www.postgresql.org/docs/current/errcodes-appendix.html).
WAYS_OUT = {
    "25006": "The database takes no writes: it is a replica, or default_transaction_read_only is "
    "on. Migrate on the primary.",
    "42501": "The role that migrates needs CREATE on the schema and must own the tables it "
    "changes; with your own user table, REFERENCES on it.",
    "42P07": "Something of that name was there before. If the SQL files made the database, "
    "manage.py schema adopt takes it over; else move it away (ALTER … RENAME), or migrate into a "
    "PostgreSQL schema of its own (search_path).",
    "3F000": "No schema of the search_path is there: create it, or set search_path.",
    "55P03": "A table that it changes is in use: run migrate again when it is not.",
    "57014": "The statement was cancelled, by statement_timeout or by an administrator: migrate as "
    "a role without that limit.",
    "25P03": "idle_in_transaction_session_timeout is shorter than a step of the migration: migrate "
    "as a role without that limit.",
    "25P04": "transaction_timeout is shorter than the migration: migrate as a role without that "
    "limit.",
    "53": "The server is short of something: give it more, and run migrate again.",
    "57": "The server ended the session: run migrate again when it is up.",
    "08": "The connection was lost: run migrate again.",
}

# The servers' and PgBouncer's, in English.
TOO_MANY = ("too many clients", "too many connections", "remaining connection slots", "no more con")

REFUSED_LOG_INS = (
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    '" does not exist',
    "is not permitted to log in",
    "invalid connection option",
)


def sqlstate(error: BaseException) -> str:
    """Return PostgreSQL's code of an error, or nothing where the server sent none."""
    if isinstance(error, MigrationSchemaMissing) and error.__context__:
        return sqlstate(error.__context__)
    return getattr(error.__cause__, "sqlstate", None) or ""


def is_lock_timeout(error: BaseException) -> bool:
    """Return whether others were in the way, so that it is worth another try."""
    return sqlstate(error) in {LOCK_NOT_AVAILABLE, DEADLOCK}


def is_too_many_clients(error: BaseException) -> bool:
    """Return whether the server takes no more connections now."""
    # libpq passes no SQLSTATE on while it connects, and a pool not even the words.
    is_pools = type(error.__cause__).__name__ == "PoolTimeout"
    return (
        sqlstate(error) == TOO_MANY_CLIENTS
        or is_pools
        or any(words in str(error) for words in TOO_MANY)
    )


def is_permanent(error: BaseException) -> bool:
    """Return whether a failed log-in is no matter of waiting, as far as can be told."""
    # In other languages than English it is waited for in vain, and told afterwards.
    text = str(error)
    return any(words in text for words in REFUSED_LOG_INS)


def explained(error: DatabaseProblem, *, doing: str) -> MigrationError | None:
    """Return the error to show for what a user can cause and mend; None for all others."""
    code = sqlstate(error)
    way_out = WAYS_OUT.get(code) or WAYS_OUT.get(code[:2])
    if way_out is None and _is_lost(error):
        way_out = WAYS_OUT["08"]
    return MigrationError(f"{doing}: {one_line(error)}. {way_out}") if way_out else None


def unusable(connection: Any, error: BaseException) -> MigrationError:
    """Return the error of a database that cannot be connected to."""
    text = f'Database "{connection.settings_dict["NAME"]}" cannot be used: {one_line(error)}'
    if is_embedded(connection):  # its own errors say what to do
        return MigrationError(text)
    if is_too_many_clients(error):
        return MigrationError(
            f"{text}. Migrate takes two connections at a time: let the server take more, or end "
            "some of the others."
        )
    return MigrationError(f"{text}. Is its server running, and are its settings right?")


def told(connection: Any, error: DatabaseProblem) -> MigrationError:
    """Return the error of whatever the database refuses, whoever is to blame."""
    if isinstance(error, OperationalError) and not sqlstate(error):
        return unusable(connection, error)
    name = connection.settings_dict["NAME"]
    doing = f'Database "{name}"'
    return explained(error, doing=doing) or MigrationError(f"{doing}: {one_line(error)}.")


def one_line(error: BaseException) -> str:
    """Return the message without line breaks, libpq's advice, the statement and the final dot."""
    lines = str(error).splitlines()
    told = [line for line in lines if not line.startswith(("\t", "LINE ")) and line.strip() != "^"]
    return " ".join(" ".join(told).split()).rstrip(".")


def _is_lost(error: DatabaseProblem) -> bool:
    # psycopg has no code for a connection that breaks under it.
    connection_problems = ("OperationalError", "InterfaceError", "AdminShutdown")
    return not sqlstate(error) and type(error.__cause__).__name__ in connection_problems
