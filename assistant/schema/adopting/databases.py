"""Tell which of the files made a database, or why it cannot be adopted at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.loader import MigrationLoader

from assistant.db.checks.server import OLDEST
from assistant.schema.adopting.arrivals import APPS
from assistant.schema.adopting.live import Live, LiveTable
from assistant.schema.adopting.origins import LAST_STAGE, OWN_RECORDS, TABLES, tables_until
from assistant.schema.errors import MigrationError

__all__ = ["FILES", "NotAdoptableError", "refuse_project", "refuse_server", "stage_of"]

# Of these, none is applied. Those of the schema app may be: a migrate that found the files' tables
# in its way leaves them.
TAKEN_OVER = {*APPS} - {"assistant_schema"}

FILES = {1: "001", 2: "001 to 002", 3: "001 to 003"}

RIGHTS = "SELECT current_schema(), has_schema_privilege(current_schema(), 'CREATE')"
ELSEWHERE = """
SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relname = ANY (%s) AND c.relkind = 'r' AND n.nspname <> current_schema()
GROUP BY n.nspname HAVING count(*) = cardinality(%s::text[]) ORDER BY 1
"""


class NotAdoptableError(MigrationError):
    """A database, or a project, for which adoption is not made."""


def refuse_project(connection: Any) -> None:
    """Raise ``NotAdoptableError`` where the project would not have the files' tables."""
    if connection.vendor != "postgresql":
        name = connection.settings_dict["NAME"]
        raise NotAdoptableError(f'Database "{name}" is not PostgreSQL: nothing to adopt.')
    if settings.AUTH_USER_MODEL != "assistant_accounts.User":
        raise NotAdoptableError(
            f'AUTH_USER_MODEL is "{settings.AUTH_USER_MODEL}": the table "users" would not be the '
            "project's user table, and conversations would lose their users. Adopt with "
            '"assistant_accounts.User"; a project with users of its own migrates an empty '
            "database and copies the rows."
        )
    if missing := [label for label in APPS if not apps.is_installed(_package(label))]:
        raise NotAdoptableError(
            f"The project does not have {', '.join(missing)} in INSTALLED_APPS: the tables of the "
            "files belong to these apps. Add them, at least while you adopt."
        )


def refuse_server(connection: Any) -> None:
    """Raise ``NotAdoptableError`` where the server, the role or the migrations do not fit."""
    name = connection.settings_dict["NAME"]
    if connection.pg_version < OLDEST * 10_000:
        raise NotAdoptableError(
            f'The server of database "{name}" is older than PostgreSQL {OLDEST}: upgrade it first.'
        )
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS)
        schema, may_create = cursor.fetchone()
    if schema is None or not may_create:
        raise NotAdoptableError(
            f'The role may not create tables in the schema "{schema}" of database "{name}": GRANT '
            "CREATE ON SCHEMA, or connect as the tables' owner."
        )
    loader = MigrationLoader(connection)
    if applied := sorted({app for app, _ in loader.applied_migrations} & TAKEN_OVER):
        raise NotAdoptableError(
            f'Database "{name}" has migrations of {", ".join(applied)}: it was migrated or adopted '
            "before. See manage.py schema status and manage.py schema verify."
        )
    try:
        loader.check_consistent_history(connection)
    except InconsistentMigrationHistory as error:
        raise NotAdoptableError(
            f'Database "{name}" was migrated with another user model: {error} Drop the tables of '
            "those migrations and their rows in django_migrations, or migrate an empty database "
            "and copy the rows."
        ) from error


def stage_of(connection: Any, live: Live) -> int:
    """Return the number of the last file that was run; raise where the tables are not theirs."""
    name = connection.settings_dict["NAME"]
    present = [TABLES[each] for each in TABLES if each in live.tables]
    if not present:
        _refuse_empty(connection, name)
    stage = max(table.stage for table in present)
    if missing := [each for each in tables_until(stage) if each not in live.tables]:
        raise NotAdoptableError(
            f'Database "{name}" has {", ".join(table.name for table in present)} but not '
            f"{', '.join(missing)}: the files {FILES[stage]} make all of them. Run those files "
            "again, or, where the tables are something else, rename them (ALTER TABLE … RENAME)."
        )
    wanted = [*tables_until(stage), OWN_RECORDS]
    problems = [
        problem
        for each in wanted
        if each in live.tables
        for problem in _problems(live.tables[each])
    ]
    if problems:
        raise NotAdoptableError(f'Database "{name}" cannot be adopted: {" ".join(problems)}')
    return stage


def _refuse_empty(connection: Any, name: str) -> None:
    wanted = list(tables_until(1))
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE, [wanted, wanted])
        schemas = [schema for (schema,) in cursor.fetchall()]
    if schemas:
        raise NotAdoptableError(
            f'Database "{name}" has the tables of the files in the schema '
            f"{', '.join(schemas)}, which is not the first of the search_path: ALTER ROLE … SET "
            f"search_path = {schemas[0]}, public; then adopt."
        )
    raise NotAdoptableError(
        f'Database "{name}" has no table that the files 001 to 00{LAST_STAGE} make: there is '
        "nothing to adopt. Run manage.py migrate."
    )


def _problems(table: LiveTable) -> Iterator[str]:
    name = table.name
    if table.kind != "r":
        kinds = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}
        yield f"{name} is {kinds.get(table.kind, 'a partitioned table')}, not a plain table."
        return
    if not table.owned:
        yield f"{name} belongs to another role: ALTER TABLE {name} OWNER TO CURRENT_USER."
    if table.persistence != "p":
        yield f"{name} does not survive a crash: ALTER TABLE {name} SET LOGGED."
    if table.inherits:
        yield f"{name} inherits, or others inherit from it: ALTER TABLE … NO INHERIT …."
    if table.hides_rows:
        yield (f"{name} hides rows from its owner: ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY.")


def _package(label: str) -> str:
    return label.replace("_", ".", 1)
