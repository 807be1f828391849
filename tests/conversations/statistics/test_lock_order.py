"""The lock order: conversations, messages, statistics; each proved by who waits for what."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from tests.contract import rows
from tests.contract.databases import connect
from tests.conversations.statistics.recount import differences
from tests.conversations.statistics.sessions import Sessions, outcome

INSERT = (
    "INSERT INTO messages (conversation_id, role, content, token_count)"
    " SELECT key, 'user', 'x', 1 FROM unnest(%s::uuid[]) AS key"
)
LOCK_CONVERSATION = "SELECT FROM conversations WHERE id = %s FOR UPDATE"
LOCK_STATISTICS = "SELECT FROM conversation_stats WHERE conversation_id = ANY (%s) FOR UPDATE"
LOCK_MESSAGE = "SELECT FROM messages WHERE id = %s FOR UPDATE"
LOCKED_TABLES = """
    SELECT relation::regclass::text FROM pg_locks
    WHERE pid = %s AND granted AND mode IN ('RowShareLock', 'RowExclusiveLock')
"""

Pair = tuple[UUID, UUID]


def message_of(sessions: Sessions, conversation: UUID) -> UUID:
    query = "SELECT id FROM messages WHERE conversation_id = %s LIMIT 1"
    return rows.scalar(sessions.observer.client, query, [conversation])


ADDING: dict[str, Callable[[Sessions, Pair], tuple[str, list[Any]]]] = {
    "INSERT into one": lambda s, pair: (INSERT, [[pair[1]]]),
    "INSERT into both": lambda s, pair: (INSERT, [[pair[1], pair[0]]]),
    "move": lambda s, pair: (
        "UPDATE messages SET conversation_id = %s WHERE id = %s",
        [pair[1], message_of(s, pair[0])],
    ),
    "rebuild": lambda s, pair: ("SELECT rebuild_conversation_stats(%s)", [[*pair]]),
}


@pytest.mark.parametrize("adding", ADDING.values(), ids=ADDING)
def test_what_adds_messages_waits_for_conversations_before_it_holds_statistics(
    sessions: Sessions, pair: Pair, adding: Callable[..., tuple[str, list[Any]]]
) -> None:
    holder, writer, other = sessions.open(), sessions.open(), sessions.open()
    holder.run("BEGIN")
    holder.run(LOCK_CONVERSATION, [pair[1]])

    writing = writer.start(*adding(sessions, pair))
    sessions.wait_until_blocked(writer, by=holder)

    locked = {table for (table,) in sessions.observer.run(LOCKED_TABLES, [writer.pid])}
    assert "conversations" in locked
    assert "conversation_stats" not in locked
    assert not other.refused(LOCK_STATISTICS + " NOWAIT", [[*pair]])
    holder.run("COMMIT")
    assert outcome(writing) == "00000"
    assert differences(sessions.observer.client) == []


@pytest.mark.parametrize("spared", [0, 1], ids=["the first is busy", "the last is busy"])
def test_a_writer_then_waits_for_statistics_holding_every_conversation(
    sessions: Sessions, pair: Pair, spared: int
) -> None:
    holder, writer, other = sessions.open(), sessions.open(), sessions.open()
    holder.run("BEGIN")
    holder.run(LOCK_STATISTICS, [[pair[spared]]])

    writing = writer.start(INSERT, [[pair[1], pair[0]]])
    sessions.wait_until_blocked(writer, by=holder)

    for key in pair:
        assert other.refused(LOCK_CONVERSATION + " NOWAIT", [key])
    # The statistics are locked in order, too: what comes after the busy one is still free.
    assert other.refused(LOCK_STATISTICS + " NOWAIT", [[pair[0]]])
    assert other.refused(LOCK_STATISTICS + " NOWAIT", [[pair[1]]]) is (spared == 1)
    holder.run("COMMIT")
    assert outcome(writing) == "00000"


TAKING = {
    "DELETE": "DELETE FROM messages WHERE conversation_id = ANY (%s)",
    "UPDATE": "UPDATE messages SET token_count = 9 WHERE conversation_id = ANY (%s)",
}


@pytest.mark.parametrize("statement", TAKING.values(), ids=TAKING)
def test_what_adds_none_locks_statistics_and_no_conversations(
    sessions: Sessions, pair: Pair, statement: str
) -> None:
    taker, other = sessions.open(), sessions.open()

    taker.run("BEGIN")
    taker.run(statement, [[*pair]])

    for key in pair:
        assert not other.refused(LOCK_CONVERSATION + " NOWAIT", [key])
        assert other.refused(LOCK_STATISTICS + " NOWAIT", [[key]])
    taker.run("COMMIT")
    assert differences(sessions.observer.client) == []


@pytest.mark.parametrize("statement", TAKING.values(), ids=TAKING)
def test_a_locked_conversation_is_in_nobodys_way_then(
    sessions: Sessions, pair: Pair, statement: str
) -> None:
    holder, taker = sessions.open(), sessions.open()
    holder.run("BEGIN")
    holder.run("SELECT FROM conversations FOR UPDATE")

    assert outcome(taker.start(statement, [[*pair]])) == "00000"
    assert differences(sessions.observer.client) == []


FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'f' AND confrelid = 'conversations'::regclass
    ORDER BY oid
"""


@pytest.fixture(params=[False, True], ids=["migrated", "restored from a dump"])
def foreign_keys(request: pytest.FixtureRequest, committed: str) -> Iterator[None]:
    """Have the foreign keys created in the order of pg_dump: their triggers fire in that order."""
    with connect(committed, autocommit=True) as client:
        made = client.execute(FOREIGN_KEYS).fetchall()

    def create(keys: list[tuple[str, str, str]]) -> None:
        with connect(committed, autocommit=True) as client:
            for table, name, definition in keys:
                client.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
                client.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")

    if request.param:
        create(sorted(made, key=lambda key: key[1]))
    yield
    create(made)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM conversations WHERE id = %s",
        "DELETE FROM users WHERE id = (SELECT user_id FROM conversations WHERE id = %s)",
    ],
    ids=["conversation", "user"],
)
def test_a_cascade_takes_messages_before_statistics(
    foreign_keys: None, sessions: Sessions, pair: Pair, statement: str
) -> None:
    message = message_of(sessions, pair[0])
    deleter, client = sessions.open(), sessions.open()
    client.run("BEGIN")
    client.run(LOCK_MESSAGE, [message])

    deleting = deleter.start(statement, [pair[0]])
    sessions.wait_until_blocked(deleter, by=client)

    # Wherever the deleter had the statistics already, this would be a deadlock.
    assert not client.refused(LOCK_STATISTICS + " NOWAIT", [[pair[0]]])
    client.run("DELETE FROM messages WHERE id = %s", [message])
    client.run("COMMIT")
    assert outcome(deleting) == "00000"
    assert differences(sessions.observer.client) == []
