"""Databases that are as they should be, however they came about."""

import pytest

from tests.contract import programs
from tests.contract.databases import alias, connect, database, role
from tests.schema.catalog.support import found, verify
from tests.schema.support import migrate

SAME = 'Database "scratch" holds what the migrations make.\n'


def test_after_migrations_were_taken_back_and_applied_again(complete):
    migrate("assistant_conversations", "zero", verbosity=0)
    migrate("assistant_settings", "zero", verbosity=0)
    migrate(verbosity=0)

    assert verify() == (SAME, 0)


@pytest.mark.parametrize("kind", ["plain", "custom"])
def test_after_dump_and_restore(migrated, tmp_path, kind):
    file = tmp_path / "dump"
    programs.run("pg_dump", migrated, f"--format={kind}", "--file", file)

    with database("verify_restored") as name:
        if kind == "plain":
            programs.run("psql", name, "--quiet", "--no-psqlrc", "--file", file)
        else:
            programs.run("pg_restore", name, file)
        with alias(name):
            assert verify() == (SAME, 0)


@pytest.mark.parametrize(
    "schemas, extensions",
    [("tenant", "tenant"), ("tenant,public", "public"), ('"My tenant",ext', "ext")],
    ids=["one", "and public", "and one for extensions"],
)
def test_in_another_schema(empty, schemas, extensions):
    with connect(empty, autocommit=True) as client:
        for schema in {*schemas.split(","), extensions}:
            client.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        client.execute(f"CREATE EXTENSION vector SCHEMA {extensions}")
        client.execute("CREATE TABLE public.messages (id integer)")
    with alias(empty, options=f"-c search_path={schemas}".replace("My tenant", "My\\ tenant")):
        migrate(verbosity=0)

        assert verify() == (SAME, 0)

        with connect(empty, autocommit=True) as client:
            client.execute(f"SET search_path = {schemas}; DROP INDEX idx_messages_role")
        assert found(verify()[0]) == ["Index idx_messages_role of messages"]


def test_beside_a_schema_that_has_djangos_tables(empty):
    with alias(empty):
        migrate("auth", verbosity=0)
    with connect(empty, autocommit=True) as client:
        client.execute("CREATE SCHEMA tenant")
    with alias(empty, options="-c search_path=tenant,public"):
        migrate(verbosity=0)

        assert verify() == (SAME, 0)


def test_after_another_schema_came_before(migrated):
    with connect(migrated, autocommit=True) as client:
        client.execute("CREATE SCHEMA tenant")
    with alias(migrated, options="-c search_path=tenant,public"):
        assert verify() == (SAME, 0)


def test_with_the_extensions_of_the_sql_files(empty):
    with connect(empty, autocommit=True) as client:
        wanted = ["uuid-ossp", "pgcrypto"]
        query = "SELECT FROM pg_available_extensions WHERE name = ANY (%s)"
        if client.execute(query, [wanted]).rowcount < len(wanted):
            pytest.skip("The server has no uuid-ossp or no pgcrypto.")
        for name in wanted:
            client.execute(f'CREATE EXTENSION "{name}"')
    with alias(empty):
        migrate(verbosity=0)

        assert verify() == (SAME, 0)


def test_a_schema_that_was_renamed_is_named(migrated):
    with connect(migrated, autocommit=True) as client:
        client.execute("ALTER SCHEMA public RENAME TO old")

    with alias(migrated, options="-c search_path=old"):
        text, code = verify()

    assert code == 1
    assert {line.partition(" ")[0] for line in found(text)} == {"Function"}
    assert "Run ALTER FUNCTION lock_conversations(uuid[]) SET search_path = " in text


@pytest.mark.parametrize(
    "settings",
    [
        "datestyle=German timezone=Asia/Tokyo intervalstyle=iso_8601",
        "quote_all_identifiers=on extra_float_digits=-10 standard_conforming_strings=on",
    ],
)
def test_whatever_the_sessions_settings(migrated, settings):
    options = " ".join(f"-c {setting}" for setting in settings.split())

    with alias(migrated, options=options) as connection:
        assert verify() == (SAME, 0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s)", [settings.partition("=")[0]])
            assert cursor.fetchone()[0].startswith(settings.partition("=")[2].partition(" ")[0])


def test_a_role_without_rights(migrated):
    with role(migrated, "SELECT 1") as name, alias(migrated, options=f"-c role={name}"):
        text, code = verify()

    assert code == 0
    assert text.splitlines()[0].startswith("This role may not read django_migrations")
    assert text.endswith(SAME)


def test_a_role_that_sees_no_schema(migrated):
    with (
        role(migrated, "REVOKE USAGE ON SCHEMA public FROM PUBLIC") as name,
        alias(migrated, options=f"-c role={name}"),
        pytest.raises(Exception, match="names no schema that this role may use") as error,
    ):
        verify()

    assert error.value.returncode == 2


def test_where_the_router_says_no(empty, settings):
    settings.DATABASE_ROUTERS = ["tests.contract.routers.NotHere"]
    with alias(empty):
        migrate(verbosity=0)

        assert verify() == ('Database "scratch" is to hold no tables of ours.\n', 0)


def test_users_in_another_database(empty, settings):
    settings.DATABASE_ROUTERS = ["tests.contract.routers.UsersElsewhere"]
    with alias(empty):
        migrate(verbosity=0)

        assert verify() == (SAME, 0)


def test_a_host_has_its_own_migrations_of_an_app(complete, observer, settings):
    settings.MIGRATION_MODULES = {"assistant_accounts": "project.migrations.accounts"}
    observer.execute("ALTER TABLE users ADD COLUMN nickname text")

    assert verify() == (SAME, 0)
