"""At most one default model configuration, whoever writes."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.contract import migrating
from tests.contract.databases import alias, connect
from tests.contract.test_copy import copy_in

Client = psycopg.Connection[Any]

INSERT = "INSERT INTO model_configs (name, model_path, config, is_default) VALUES "
BEFORE = ("assistant_settings", "0003_insert_default_settings")
AFTER = ("assistant_settings", "0004_keep_one_default")


def defaults(client: Client) -> list[str]:
    query = "SELECT name FROM model_configs WHERE is_default ORDER BY name"
    return [name for (name,) in client.execute(query)]


@pytest.fixture
def three(client: Client) -> Client:
    """Return a client of a database with the configurations a (the default), b and c."""
    client.execute(f"{INSERT} ('a', '/a', '{{}}', true), ('b', '/b', '{{}}', false)")
    client.execute(f"{INSERT} ('c', '/c', '{{}}', false)")
    return client


STATEMENTS = {
    "insert": (f"{INSERT} ('d', '/d', '{{}}', true)", ["d"]),
    "insert of others": (f"{INSERT} ('d', '/d', '{{}}', false)", ["a"]),
    "insert of several": (
        f"{INSERT} ('d', '/d', '{{}}', true), ('e', '/', '{{}}', false), ('f', '/', '{{}}', true)",
        ["f"],
    ),
    "insert from select": (
        "INSERT INTO model_configs (name, model_path, config, is_default)"
        " SELECT name || name, model_path, config, true FROM model_configs ORDER BY name",
        ["cc"],
    ),
    "update": ("UPDATE model_configs SET is_default = true WHERE name = 'b'", ["b"]),
    "update of the default": ("UPDATE model_configs SET is_default = true WHERE name = 'a'", ["a"]),
    "update of both": ("UPDATE model_configs SET is_default = (name = 'c')", ["c"]),
    "update of both to the same": ("UPDATE model_configs SET is_default = (name = 'a')", ["a"]),
    "update to none": ("UPDATE model_configs SET is_default = false", []),
    "update of other columns": ("UPDATE model_configs SET name = name || '!'", ["a!"]),
    "demotion and promotion at once": (
        "WITH off AS (UPDATE model_configs SET is_default = false WHERE is_default)"
        " UPDATE model_configs SET is_default = true WHERE name = 'b'",
        ["b"],
    ),
    "upsert of the default": (
        "INSERT INTO model_configs SELECT * FROM model_configs WHERE name = 'a'"
        " ON CONFLICT (id) DO UPDATE SET is_default = EXCLUDED.is_default",
        ["a"],
    ),
    "upsert of another": (
        "INSERT INTO model_configs SELECT id, name, model_path, config, true, created_at"
        " FROM model_configs WHERE name = 'b'"
        " ON CONFLICT (id) DO UPDATE SET is_default = EXCLUDED.is_default",
        ["b"],
    ),
    "insert of what is there": (
        "INSERT INTO model_configs SELECT id, name, model_path, config, true, created_at"
        " FROM model_configs WHERE name = 'b' ON CONFLICT DO NOTHING",
        ["a"],
    ),
    "insert where nothing is in the way": (
        f"{INSERT} ('d', '/d', '{{}}', true) ON CONFLICT DO NOTHING",
        ["d"],
    ),
    "merge": (
        "MERGE INTO model_configs AS m USING (VALUES ('b', true), ('a', false)) AS v (name, d)"
        " ON m.name = v.name WHEN MATCHED THEN UPDATE SET is_default = v.d",
        ["b"],
    ),
    "merge of an update and an insert": (
        "MERGE INTO model_configs AS m USING (VALUES ('b'), ('d')) AS v (name) ON m.name = v.name"
        " WHEN MATCHED THEN UPDATE SET is_default = true WHEN NOT MATCHED THEN"
        " INSERT (name, model_path, config, is_default) VALUES (v.name, '/', '{}', true)",
        ["d"],
    ),
    "delete": ("DELETE FROM model_configs WHERE is_default", []),
}


@pytest.mark.parametrize("statement,expected", STATEMENTS.values(), ids=STATEMENTS)
def test_the_newest_default_wins(three: Client, statement: str, expected: list[str]) -> None:
    three.execute(statement)

    assert defaults(three) == expected


def test_in_whatever_order_rows_are_stored_an_update_names_the_default(three: Client) -> None:
    for name in "cbacabcba":
        three.execute("UPDATE model_configs SET is_default = (name = %s)", [name])

        assert defaults(three) == [name]


def test_an_insert_returns_what_was_stored(three: Client) -> None:
    row = three.execute(f"{INSERT} ('d', '/d', '{{}}', true) RETURNING is_default").fetchone()

    assert row == (True,)


def test_copy(three: Client) -> None:
    columns = "model_configs (name, model_path, config, is_default)"

    copy_in(three, columns, b"d\t/d\t{}\tt\ne\t/e\t{}\tt\nf\t/f\t{}\tf\n")

    assert defaults(three) == ["e"]


def test_an_update_that_fails_switches_nothing_later(three: Client) -> None:
    with pytest.raises(psycopg.errors.NotNullViolation), three.transaction():
        three.execute("UPDATE model_configs SET is_default = true, name = NULL WHERE name = 'b'")

    three.execute("UPDATE model_configs SET is_default = false WHERE name = 'c'")

    assert defaults(three) == ["a"]


@pytest.fixture
def connection(scratch: str, unblocked: None) -> Iterator[BaseDatabaseWrapper]:
    """Return Django's connection to a migrated database of this test alone."""
    with alias(scratch) as wrapper:
        yield wrapper


def test_of_several_defaults_the_newest_stays_when_migrating(
    connection: BaseDatabaseWrapper, scratch: str
) -> None:
    migrating.take_back(connection, AFTER)
    with connect(scratch, autocommit=True) as observer:
        for name, created in [("a", "2025-01-01"), ("b", "2025-03-01"), ("c", "2025-02-01")]:
            observer.execute(
                "INSERT INTO model_configs (name, model_path, config, is_default, created_at)"
                " VALUES (%s, '/m', '{}', true, %s)",
                [name, created],
            )
        observer.execute(f"{INSERT} ('d', '/d', '{{}}', false)")
        assert defaults(observer) == ["a", "b", "c"]

        migrating.apply(connection, AFTER)

        assert defaults(observer) == ["b"]
        observer.execute(f"{INSERT} ('e', '/e', '{{}}', true)")
        assert defaults(observer) == ["e"]

        migrating.take_back(connection, AFTER)

        assert defaults(observer) == ["e"]
        observer.execute(f"{INSERT} ('f', '/f', '{{}}', true)")
        assert defaults(observer) == ["e", "f"]
