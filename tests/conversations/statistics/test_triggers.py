"""The statistics after every kind of statement that changes messages."""

import uuid
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.contract import rows
from tests.conversations.statistics.recount import differences, totals

Client = psycopg.Connection[Any]


@dataclass(frozen=True)
class World:
    """Two conversations with messages, and one that never had any."""

    a: UUID  # m1 of 3 tokens in 0.5 s, m2 without either
    b: UUID  # m3 of 5 tokens in 2 s
    empty: UUID
    m1: UUID
    m2: UUID
    m3: UUID
    new: UUID
    user: UUID


@pytest.fixture
def world(client: Client) -> World:
    user = rows.insert(client, "users", username="someone")
    a, b, empty = sorted(rows.conversation(client, user_id=user) for _ in range(3))
    m1 = rows.message(client, a, token_count=3, generation_time=0.5)
    m2 = rows.message(client, a)
    m3 = rows.message(client, b, token_count=5, generation_time=2)
    client.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return World(a, b, empty, m1, m2, m3, uuid.uuid4(), user)


INTO = "INSERT INTO messages (conversation_id, role, content, token_count, generation_time) "
WITH_KEYS = "INSERT INTO messages (id, conversation_id, role, content, token_count) "
UPSERT = (
    WITH_KEYS + "VALUES (%(m1)s, %(empty)s, 'user', 'x', 10), (%(new)s, %(empty)s, 'user', 'x', 20)"
)
MERGE = (
    "MERGE INTO messages AS m USING (VALUES (%(m1)s::uuid, 'move'), (%(m2)s, 'delete'),"
    " (%(m3)s, 'update'), (%(new)s, 'insert')) AS v (id, what) ON m.id = v.id"
    " WHEN MATCHED AND v.what = 'delete' THEN DELETE"
    " WHEN MATCHED AND v.what = 'move' THEN UPDATE SET conversation_id = %(empty)s"
    " WHEN MATCHED THEN UPDATE SET token_count = 50, generation_time = NULL"
    " WHEN NOT MATCHED THEN INSERT (conversation_id, role, content, token_count)"
    " VALUES (%(empty)s, 'user', 'x', 1)"
)
NO_ROW = (0, 0)

# A statement, and the messages and tokens it leaves in a, b and empty.
Totals = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
STATEMENTS: dict[str, tuple[str, Totals]] = {
    "INSERT one": (INTO + "VALUES (%(a)s, 'user', 'x', 4, 1)", ((3, 7), (1, 5), NO_ROW)),
    "INSERT the first": (INTO + "VALUES (%(empty)s, 'user', '', 4, 0)", ((2, 3), (1, 5), (1, 4))),
    "INSERT without tokens": (
        INTO + "VALUES (%(empty)s, 'user', 'x', NULL, NULL)",
        ((2, 3), (1, 5), (1, 0)),
    ),
    "INSERT several": (
        INTO + "VALUES (%(a)s, 'user', 'x', 4, 1), (%(a)s, 'user', 'x', NULL, 3)",
        ((4, 7), (1, 5), NO_ROW),
    ),
    "INSERT into several": (
        INTO + "VALUES (%(empty)s, 'user', 'x', 1, 1), (%(b)s, 'user', 'x', 2, 1),"
        " (%(a)s, 'user', 'x', 4, NULL), (%(b)s, 'user', 'x', 8, NULL)",
        ((3, 7), (3, 15), (1, 1)),
    ),
    "INSERT SELECT": (
        INTO + "SELECT conversation_id, role, content, token_count, generation_time FROM messages",
        ((4, 6), (2, 10), NO_ROW),
    ),
    "INSERT of nothing": (
        INTO + "SELECT %(empty)s, 'user', '', 1, 1 WHERE false",
        ((2, 3), (1, 5), NO_ROW),
    ),
    "DO NOTHING": (UPSERT + " ON CONFLICT (id) DO NOTHING", ((2, 3), (1, 5), (1, 20))),
    "DO UPDATE": (
        UPSERT + " ON CONFLICT (id) DO UPDATE SET token_count = EXCLUDED.token_count",
        ((2, 10), (1, 5), (1, 20)),
    ),
    "DO UPDATE that moves": (
        UPSERT + " ON CONFLICT (id) DO UPDATE SET conversation_id = EXCLUDED.conversation_id",
        ((1, 0), (1, 5), (2, 23)),
    ),
    "MERGE": (MERGE, (NO_ROW, (1, 50), (2, 4))),
    "UPDATE and INSERT": (
        "WITH moved AS (UPDATE messages SET conversation_id = %(empty)s WHERE id = %(m1)s"
        " RETURNING 1) " + INTO + "SELECT %(empty)s, 'user', 'x', 7, 7 FROM moved",
        ((1, 0), (1, 5), (2, 10)),
    ),
    "DELETE and INSERT": (
        "WITH old AS (DELETE FROM messages WHERE conversation_id = %(a)s RETURNING *) "
        + INTO
        + "SELECT %(b)s, role, content, token_count, generation_time FROM old",
        (NO_ROW, (3, 8), NO_ROW),
    ),
    "DELETE and UPDATE": (
        "WITH old AS (DELETE FROM messages WHERE id = %(m1)s RETURNING token_count)"
        " UPDATE messages AS m SET token_count = old.token_count FROM old WHERE id = %(m2)s",
        ((1, 3), (1, 5), NO_ROW),
    ),
    "conversation and INSERT": (
        "WITH c AS (INSERT INTO conversations (user_id) VALUES (%(user)s) RETURNING id) "
        + INTO
        + "SELECT id, 'user', 'x', 7, 7 FROM c",
        ((2, 3), (1, 5), NO_ROW),
    ),
    "UPDATE of the time": (
        "UPDATE messages SET generation_time = 9 WHERE id IN (%(m1)s, %(m2)s)",
        ((2, 3), (1, 5), NO_ROW),
    ),
    "UPDATE to NULL": (
        "UPDATE messages SET token_count = NULL, generation_time = NULL",
        ((2, 0), (1, 0), NO_ROW),
    ),
    "UPDATE of the content": ("UPDATE messages SET content = 'y'", ((2, 3), (1, 5), NO_ROW)),
    "UPDATE of the key": (
        "UPDATE messages SET id = %(new)s, token_count = 4 WHERE id = %(m1)s",
        ((2, 4), (1, 5), NO_ROW),
    ),
    "swap": (
        "UPDATE messages SET conversation_id = CASE id WHEN %(m3)s THEN %(a)s ELSE %(b)s END::uuid"
        " WHERE id IN (%(m1)s, %(m3)s)",
        ((2, 5), (1, 3), NO_ROW),
    ),
    "move to an empty one": (
        "UPDATE messages SET conversation_id = %(empty)s WHERE id IN (%(m1)s, %(m3)s)",
        ((1, 0), NO_ROW, (2, 8)),
    ),
    "move that also changes": (
        "UPDATE messages SET conversation_id = %(b)s, token_count = 4, generation_time = NULL"
        " WHERE id = %(m1)s",
        ((1, 0), (2, 9), NO_ROW),
    ),
    "DELETE": ("DELETE FROM messages WHERE id IN (%(m1)s, %(m3)s)", ((1, 0), NO_ROW, NO_ROW)),
    "DELETE of nothing": ("DELETE FROM messages WHERE false", ((2, 3), (1, 5), NO_ROW)),
    "TRUNCATE": ("TRUNCATE messages CASCADE", (NO_ROW, NO_ROW, NO_ROW)),
}


@pytest.mark.parametrize("statement, expected", STATEMENTS.values(), ids=STATEMENTS)
def test_statistics_follow(client: Client, world: World, statement: str, expected: Totals) -> None:
    client.execute(statement, vars(world))

    kept = tuple(totals(client, key) or NO_ROW for key in (world.a, world.b, world.empty))
    assert kept == expected
    assert differences(client) == []
    client.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "statement, left",
    [
        ("DELETE FROM conversations WHERE id = %(a)s", 1),
        ("DELETE FROM conversations WHERE id IN (%(b)s, %(a)s)", 0),
        ("DELETE FROM users WHERE id = %(user)s", 0),
        ("TRUNCATE conversations CASCADE", 0),
    ],
    ids=["conversation", "conversations", "user", "TRUNCATE"],
)
def test_a_cascade_takes_the_statistics_along(
    client: Client, world: World, statement: str, left: int
) -> None:
    client.execute(statement, vars(world))

    assert rows.scalar(client, "SELECT count(*) FROM conversation_stats") == left
    assert differences(client) == []


def test_copy(client: Client, world: World) -> None:
    columns = "conversation_id, role, content, token_count, generation_time"
    with client.cursor().copy(f"COPY messages ({columns}) FROM STDIN") as copy:
        for key, tokens in ((world.empty, 1), (world.a, None), (world.empty, 2), (world.b, 3)):
            copy.write_row((key, "user", "x", tokens, tokens))

    kept = [totals(client, key) for key in (world.a, world.b, world.empty)]
    assert kept == [(3, 3), (2, 8), (2, 3)]
    assert differences(client) == []


def test_a_message_before_its_conversation_that_goes_again(client: Client, world: World) -> None:
    message = rows.message(client, world.new, token_count=2)
    client.execute("DELETE FROM messages WHERE id = %s", [message])
    rows.message(client, world.new, token_count=3)

    rows.conversation(client, id=world.new, user_id=world.user)

    client.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert totals(client, world.new) == (1, 3)
    assert differences(client) == []


@pytest.mark.parametrize("name", ["INSERT into several", "MERGE", "swap", "DELETE", "TRUNCATE"])
def test_a_rolled_back_savepoint_leaves_them_as_they_were(
    client: Client, world: World, name: str
) -> None:
    with client.transaction(force_rollback=True):
        client.execute(STATEMENTS[name][0], vars(world))
    rows.message(client, world.a, token_count=1)

    assert [totals(client, key) for key in (world.a, world.b)] == [(3, 4), (1, 5)]
    assert differences(client) == []
