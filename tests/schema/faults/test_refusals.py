"""Databases that cannot be migrated: one line that says what to do."""

from collections.abc import Callable

import pytest
from psycopg import sql

from tests.contract.databases import connect
from tests.schema.faults.support import (
    START,
    Whole,
    assert_no_locks,
    assert_one_line,
    manage,
    migrate,
    url,
)

LOGIN = {"password": "secret"}
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
OTHER_SCHEMA = ("CREATE SCHEMA extensions", "CREATE EXTENSION vector SCHEMA extensions")


def execute(name: str, *statements: str) -> None:
    with connect(name, autocommit=True) as client:
        for statement in statements:
            client.execute(sql.SQL(statement).format(sql.Identifier(name)))


def assert_nothing(name: str) -> None:
    with connect(name) as client:
        assert client.execute(TABLES).fetchone() == (0,)
        client.rollback()
        assert_no_locks(client)


def test_read_only(make: Callable[..., str]) -> None:
    name = make()
    execute(name, "ALTER DATABASE {} SET default_transaction_read_only = on")

    result = migrate(url(name))

    assert_one_line(result, name, "read-only transaction", "Migrate on the primary.")
    assert_nothing(name)


def test_read_only_with_nothing_to_do(make: Callable[..., str], whole_template: str) -> None:
    name = make(whole_template)
    execute(name, "ALTER DATABASE {} SET default_transaction_read_only = on")

    results = migrate(url(name)), manage(url(name), *START)

    assert [result.code for result in results] == [0, 0], results
    assert "No migrations to apply." in results[0].output


def test_no_right_in_the_schema(make: Callable[..., str], login: str) -> None:
    name = make()

    result = migrate(url(name, parameters={"user": login, **LOGIN}))

    assert_one_line(result, "permission denied for schema public", "needs CREATE on the schema")
    assert_nothing(name)


def test_no_right_to_make_the_extension(make: Callable[..., str], login: str) -> None:
    name = make()
    execute(name, f'GRANT CREATE ON SCHEMA public TO "{login}"')
    address = url(name, parameters={"user": login, **LOGIN})

    first = migrate(address)
    started = manage(address, *START)
    execute(name, "CREATE EXTENSION vector")
    second = migrate(address)

    said = f'may not create the extension "vector" in database "{name}"'
    assert_one_line(first, said, "CREATE EXTENSION vector;")
    assert_one_line(started, said, code=3)
    assert second.code == 0, second


def test_no_schema(make: Callable[..., str]) -> None:
    name = make()

    result = migrate(url(name, options="-c search_path=nowhere"))

    assert_one_line(result, "no schema has been selected to create in", "set search_path")
    assert_nothing(name)


def test_the_extension_is_in_another_schema(make: Callable[..., str]) -> None:
    name = make()
    execute(name, *OTHER_SCHEMA)

    first = migrate(url(name))
    way_out = f'ALTER DATABASE "{name}" SET search_path = "$user", public, "extensions"'
    execute(name, way_out)
    second = migrate(url(name))

    assert_one_line(first, 'is in the schema "extensions"', f"{way_out};")
    assert second.code == 0, second
    with connect(name) as client:
        query = "SELECT count(*) FROM pg_class WHERE relname = 'conversation_embeddings'"
        assert client.execute(query).fetchone() == (1,)


@pytest.mark.parametrize("table", ["schema_migrations", "users"])
def test_somebody_elses_table(make: Callable[..., str], whole: Whole, table: str) -> None:
    name = make()
    execute(name, f"CREATE TABLE {table} (theirs text)", f"INSERT INTO {table} VALUES ('kept')")

    first = migrate(url(name))
    with connect(name) as client:
        assert client.execute(f"SELECT theirs FROM {table}").fetchall() == [("kept",)]
        client.rollback()
        assert_no_locks(client)
    execute(name, f"ALTER TABLE {table} RENAME TO theirs")
    second = migrate(url(name))

    assert_one_line(first, f'relation "{table}" already exists', "RENAME")
    assert second.code == 0, second
