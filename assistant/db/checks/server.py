"""The version of the PostgreSQL server."""

from typing import Any, NamedTuple

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from assistant.db.embedded import is_embedded

__all__ = ["ServerFacts", "check_server", "problems_of_server", "too_old"]

OLDEST = 15

# The minor release of each major version that mends the fault.
FAULT = "CVE-2026-14662, an overflow in text search"
MENDED = {15: 19, 16: 15, 17: 11, 18: 6}


class ServerFacts(NamedTuple):
    """What is known of a server."""

    version: int  # as server_version_num: 180004
    embedded: bool = False


def check_server(connection: Any) -> list[CheckMessage]:
    """Read the server's version, without a query, and judge it."""
    facts = ServerFacts(version=connection.pg_version, embedded=is_embedded(connection))
    return problems_of_server(facts, obj=f"DATABASES[{connection.alias!r}]")


def problems_of_server(facts: ServerFacts, *, obj: str) -> list[CheckMessage]:
    """Return what is wrong with a server."""
    major, minor = divmod(facts.version, 10_000)
    if major < OLDEST:
        return [too_old(f"PostgreSQL {OLDEST} or later is required (found {major}.{minor}).", obj)]
    if minor >= MENDED.get(major, 0):
        return []
    mended = f"{major}.{MENDED[major]}"
    hint = f"Update the server to {mended} or later."
    if facts.embedded:
        hint = (
            "The embedded server is for development and tests. In production set DATABASE_URL "
            f"to a PostgreSQL server, {mended} or later."
        )
    text = f"PostgreSQL {major}.{minor} has a known security fault ({FAULT})."
    return [CheckWarning(text, hint=hint, obj=obj, id="assistant.W012")]


def too_old(text: str, obj: str) -> CheckMessage:
    """Return the error of a server that is too old for us, or for Django."""
    hint = f"Upgrade the server: {OLDEST} to {max(MENDED)} are tested."
    return Error(text, hint=hint, obj=obj, id="assistant.E010")
