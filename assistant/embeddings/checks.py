"""System checks of pgvector, on each database that holds embeddings."""

import re
from typing import Any, NamedTuple

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from assistant.db.checks.databases import holds_tables_of

__all__ = ["VectorFacts", "check_vector", "problems_of_vector", "read_vector_facts"]

OLDEST = "0.8.4"
NOTES = "https://github.com/pgvector/pgvector#installation-notes"

# Who may create an extension is PostgreSQL's rule: a superuser; anybody, if it needs none; whoever
# may create in the database, if it is trusted.
QUERY = """
SELECT installed.extversion, available.default_version, schema.nspname,
       coalesce(pg_type_is_visible(kind.oid), false),
       me.rolsuper OR NOT version.superuser
       OR version.trusted AND has_database_privilege(current_database(), 'CREATE')
FROM pg_roles AS me
LEFT JOIN pg_extension AS installed ON installed.extname = %(name)s
LEFT JOIN pg_namespace AS schema ON schema.oid = installed.extnamespace
LEFT JOIN pg_type AS kind
    ON kind.typname = 'vector' AND kind.typnamespace = installed.extnamespace
LEFT JOIN pg_available_extensions AS available ON available.name = %(name)s
LEFT JOIN pg_available_extension_versions AS version
    ON version.name = %(name)s AND version.version = available.default_version
WHERE me.rolname = current_user
"""


class VectorFacts(NamedTuple):
    """What is known of pgvector in a database."""

    installed: str | None = None  # its version
    available: str | None = None  # the version that the server would install
    schema: str | None = None  # where it is installed
    visible: bool = False  # its type, in the search path
    creatable: bool | None = None  # by this role, as the catalog has it


def check_vector(connection: Any) -> list[CheckMessage]:
    """Read the facts, in one query, and judge them."""
    if not holds_tables_of("assistant.embeddings", connection.alias):
        return []
    return problems_of_vector(
        read_vector_facts(connection),
        obj=f"DATABASES[{connection.alias!r}]",
        major=connection.pg_version // 10_000,
    )


def read_vector_facts(connection: Any, *, name: str = "vector") -> VectorFacts:
    """Ask the catalog; tests ask it for other extensions, which stand for another pgvector."""
    with connection.cursor() as cursor:
        cursor.execute(QUERY, {"name": name})
        return VectorFacts(*cursor.fetchone())


def problems_of_vector(facts: VectorFacts, *, obj: str, major: int) -> list[CheckMessage]:
    """Return what is wrong with pgvector; ``major`` is the server's, for the packages' names."""
    problems = [_missing(facts, major), _not_creatable(facts), _old(facts), _hidden(facts)]
    for problem in problems:
        if problem:
            problem.obj = obj
    return [problem for problem in problems if problem]


def _missing(facts: VectorFacts, major: int) -> CheckMessage | None:
    if facts.installed or facts.available:
        return None
    return Error(
        'The extension "vector" is neither installed nor available on the server.',
        hint=f"Install pgvector {OLDEST} or later on the server: postgresql-{major}-pgvector "
        f"(Debian, Ubuntu), pgvector_{major} (Red Hat, Fedora), postgresql-pgvector (Alpine), "
        f"pgvector (Homebrew), or the image pgvector/pgvector:pg{major}; see {NOTES}",
        id="assistant.E013",
    )


def _not_creatable(facts: VectorFacts) -> CheckMessage | None:
    if facts.installed or not facts.available or facts.creatable is not False:
        return None
    # A warning: many hosted servers let their administrators' role create it by rules of their own.
    return CheckWarning(
        'The extension "vector" is not installed yet, and it seems that this role may not do it.',
        hint="Let an administrator run CREATE EXTENSION vector; in this database. If the server's "
        "provider lets the role, migrate does it.",
        id="assistant.W014",
    )


def _old(facts: VectorFacts) -> CheckMessage | None:
    found = facts.installed or facts.available
    if not found or numbers(found) >= numbers(OLDEST):
        return None
    if not facts.installed:
        hint = f"Upgrade pgvector on the server to {OLDEST} or later."
    elif facts.available and numbers(facts.available) >= numbers(OLDEST):
        hint = f"The server has {facts.available}: run ALTER EXTENSION vector UPDATE;"
    else:
        hint = (
            f"Upgrade pgvector on the server to {OLDEST} or later, then run "
            "ALTER EXTENSION vector UPDATE;"
        )
    text = f"pgvector {found} has known faults in its HNSW index, mended in {OLDEST}."
    return CheckWarning(text, hint=hint, id="assistant.W015")


def _hidden(facts: VectorFacts) -> CheckMessage | None:
    if not facts.installed or facts.visible:
        return None
    return Error(
        f'The extension "vector" is installed in the schema "{facts.schema}", which the search '
        "path does not reach.",
        hint=f'Add "{facts.schema}" to the search path, as ALTER ROLE … SET search_path or '
        'OPTIONS={"options": "-c search_path=…"} do, and grant the role USAGE on the schema.',
        id="assistant.E016",
    )


def numbers(version: str) -> list[int]:
    """Return a version's numbers, which compare as versions do."""
    return [int(number) for number in re.findall(r"\d+", version)]
