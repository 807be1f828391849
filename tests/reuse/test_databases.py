"""Databases that somebody else has prepared."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import sql

from tests.contract.databases import connect
from tests.reuse.conftest import MakeProject
from tests.reuse.test_projects import MIGRATE_TO_ZERO, ORDINARY

BESIDE_PUBLIC = "-c search_path=assistant,public"

TABLES = """
    SELECT schemaname || '.' || tablename FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""
OWNERS = "SELECT tableowner FROM pg_tables WHERE schemaname = 'public'"
FUNCTIONS = """
    SELECT n.nspname || '.' || proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
    WHERE n.nspname !~ '^(pg_|information_schema)'
      AND NOT EXISTS (
          SELECT FROM pg_depend d
          WHERE d.classid = 'pg_proc'::regclass AND d.objid = pg_proc.oid AND d.deptype = 'e'
      )
"""


def names(database: str, query: str) -> set[str]:
    with connect(database) as client:
        return {name for (name,) in client.execute(query)}


def create_extension(database: str) -> None:
    """Do what an administrator does beforehand."""
    with connect(database, autocommit=True) as administrator:
        administrator.execute("CREATE EXTENSION vector")


def test_a_role_that_may_make_tables_only(project: MakeProject, empty: str, role: str) -> None:
    create_extension(empty)
    host = project("django_users", options=f"-c role={role}")

    host.manage("migrate", "--verbosity=0")
    host.test()

    assert names(
        empty, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    ) == {role}
    host.commands(*MIGRATE_TO_ZERO)
    assert {name.partition("_")[0] for name in names(empty, TABLES)} == {
        "public.auth",
        "public.django",
    }


def test_such_a_role_without_the_extension_is_told(
    project: MakeProject, empty: str, role: str
) -> None:
    host = project("django_users", options=f"-c role={role}")

    said = host.manage("migrate", "--verbosity=0", fails=True)

    assert "(assistant.W014)" in said
    assert 'CommandError: The role may not create the extension "vector"' in said
    assert "Traceback" not in said
    create_extension(empty)
    host.manage("migrate", "--verbosity=0")


@pytest.mark.parametrize("name", ["django_users", "own_users"])
def test_tables_in_another_schema(project: MakeProject, empty: str, name: str) -> None:
    create_extension(empty)
    with connect(empty, autocommit=True) as administrator:
        administrator.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier("support-desk")))
    host = project(name, options='-c search_path="support-desk",public')

    host.manage("migrate", "--verbosity=0")
    host.test(ORDINARY)

    places = {place.partition(".")[0] for place in names(empty, TABLES) | names(empty, FUNCTIONS)}
    assert places == {"support-desk"}
    host.commands(*MIGRATE_TO_ZERO)
    assert names(empty, FUNCTIONS) == set()


def test_new_tables_in_a_schema_beside_those_in_public(project: MakeProject, empty: str) -> None:
    create_extension(empty)
    users = "django.contrib.auth django.contrib.contenttypes"
    before = project("parts", variables={"HOST_APPS": users})
    before.manage("migrate", "--verbosity=0")
    kept = names(empty, TABLES)
    with connect(empty, autocommit=True) as administrator:
        administrator.execute("CREATE SCHEMA assistant")

    after = replace(
        before,
        options=BESIDE_PUBLIC,
        variables={"HOST_APPS": f"{users} django.contrib.postgres assistant.conversations"},
    )
    after.manage("migrate", "--verbosity=0")
    after.script("use_conversations.py")

    assert names(empty, TABLES) - kept == {
        "assistant.conversations",
        "assistant.messages",
        "assistant.conversation_stats",
    }


def test_another_database_that_is_no_postgresql(project: MakeProject, tmp_path: Path) -> None:
    reports = tmp_path / "reports.sqlite3"
    host = project("django_users", variables={"HOST_REPORTS": str(reports)})

    said = host.commands(
        "migrate --verbosity=0",
        "migrate --database reports --verbosity=0",
        "check --database default --database reports",
        "makemigrations --check --dry-run",
    )

    assert "no issues" in said
    with closing(sqlite3.connect(reports)) as client:
        made = [name for (name,) in client.execute("SELECT name FROM sqlite_master")]
    assert {name for name in made if not name.startswith("sqlite_")} == {"django_migrations"}
