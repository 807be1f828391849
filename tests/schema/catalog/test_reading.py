"""Reading the catalog of a schema."""

import pytest

from assistant.schema.catalog.reading import read_catalog
from tests.contract.databases import connect


@pytest.fixture
def client(verified_database):
    with connect(verified_database, options="-c timezone=Asia/Tokyo") as connection:
        yield connection
        connection.rollback()


def test_from_whatever_connection(live, client):
    catalog = read_catalog(live)

    assert read_catalog(client) == catalog
    with live.cursor() as cursor, client.cursor() as psycopgs:
        assert read_catalog(cursor) == read_catalog(psycopgs) == catalog
    assert {"users", "messages", "django_migrations", "schema_migrations"} <= set(catalog.tables)
    assert "lock_conversations(uuid[])" in catalog.functions
    assert catalog.extensions["vector"].reachable
    assert not [name for name in catalog.functions if "halfvec" in name]


def test_of_some_tables(client):
    catalog = read_catalog(client, tables=["messages", "schema_migrations", "no such table"])

    assert sorted(catalog.tables) == ["messages", "schema_migrations"]
    assert catalog.tables["schema_migrations"].kind == "view"
    assert catalog == read_catalog(client, tables=iter(catalog.tables))


def test_of_another_schema(client):
    client.execute("CREATE SCHEMA other CREATE TABLE things (id integer PRIMARY KEY)")

    catalog = read_catalog(client, schema="other")

    assert (catalog.schema, list(catalog.tables)) == ("other", ["things"])
    assert catalog.tables["things"].columns["id"].not_null
    assert catalog.functions == {}


def test_the_sessions_settings_stay(client):
    read_catalog(client)

    assert client.execute("SHOW timezone").fetchone() == ("Asia/Tokyo",)
    assert client.execute("SHOW lock_timeout").fetchone() == ("0",)


def test_a_dumped_check_reads_as_the_one_that_was_made(client):
    as_made = read_catalog(client, tables=["messages"]).tables["messages"].constraints

    client.execute("ALTER TABLE messages DROP CONSTRAINT messages_role_check")
    client.execute(
        "ALTER TABLE messages ADD CONSTRAINT messages_role_check CHECK (((role)::text = ANY "
        "(ARRAY[('user'::character varying)::text, ('assistant'::character varying)::text, "
        "('system'::character varying)::text])))"
    )

    as_dumped = read_catalog(client, tables=["messages"]).tables["messages"].constraints
    assert as_dumped == as_made


@pytest.mark.parametrize(
    "path, schemas",
    [
        ("a, pg_temp", ("a", "pg_temp")),
        ('"My schema", "with ""quotes""", pg_temp', ("My schema", 'with "quotes"', "pg_temp")),
    ],
)
def test_the_search_path_of_a_function(client, path, schemas):
    client.execute(f"ALTER FUNCTION update_user_timestamp() SET search_path = {path}")

    function = read_catalog(client).functions["update_user_timestamp()"]

    assert function.search_path == schemas
    assert function.settings == ()


def test_the_ends_of_a_functions_lines_do_not_count(client):
    [(body,)] = client.execute("SELECT prosrc FROM pg_proc WHERE proname = 'update_user_timestamp'")
    before = read_catalog(client)

    client.execute(
        "CREATE OR REPLACE FUNCTION update_user_timestamp() RETURNS trigger LANGUAGE plpgsql "
        "SET search_path = public, pg_temp AS $body$" + body.replace("\n", "\r\n") + "$body$"
    )

    assert read_catalog(client) == before


def test_no_schema(client):
    client.execute("SET LOCAL search_path = nowhere")

    with pytest.raises(LookupError, match="names no schema"):
        read_catalog(client)
