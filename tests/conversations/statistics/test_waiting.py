"""How waiting for each other ends: soon, rightly, and as the caller asked."""

import psycopg
import pytest

from tests.contract import rows
from tests.conversations.statistics.recount import differences, totals, without_triggers
from tests.conversations.statistics.sessions import Sessions, outcome
from tests.conversations.statistics.test_lock_order import (
    INSERT,
    LOCK_CONVERSATION,
    Pair,
    message_of,
)

BOTH = pytest.mark.parametrize("several", [False, True], ids=["one row", "both rows"])


@BOTH
def test_a_deadlock_of_several_statements_is_found(
    sessions: Sessions, pair: Pair, several: bool
) -> None:
    first, second = sessions.open(), sessions.open()
    for session, mine in zip((first, second), pair, strict=True):
        session.run("BEGIN")
        session.run(INSERT, [[mine]])

    both = [pair[1], pair[0]]
    one = first.start(INSERT, [both if several else [pair[1]]])
    sessions.wait_until_blocked(first, by=second)
    other = second.start(INSERT, [both if several else [pair[0]]])

    endings = []
    for session, future in ((first, one), (second, other)):
        endings.append(outcome(future))
        session.run("COMMIT")
    # Whoever is refused first lets the other one go on.
    assert sorted(endings) == ["00000", "40P01"]
    assert differences(sessions.observer.client) == []


@BOTH
def test_the_callers_lock_timeout_ends_the_wait(
    sessions: Sessions, pair: Pair, several: bool
) -> None:
    holder, writer = sessions.open(), sessions.open()
    holder.run("BEGIN")
    holder.run(LOCK_CONVERSATION, [pair[0]])
    writer.run("SET lock_timeout = '150ms'")

    with pytest.raises(psycopg.errors.LockNotAvailable):
        writer.run(INSERT, [[pair[1], pair[0]] if several else [pair[0]]])

    assert writer.run("SHOW lock_timeout") == [("150ms",)]
    holder.run("COMMIT")
    writer.run(INSERT, [[*pair]])
    assert differences(sessions.observer.client) == []


@BOTH
def test_waiting_leaves_the_callers_settings_alone(
    sessions: Sessions, pair: Pair, several: bool
) -> None:
    holder, writer = sessions.open(), sessions.open()
    holder.run("BEGIN")
    holder.run(LOCK_CONVERSATION, [pair[0]])
    writer.run("SET lock_timeout = '50s'")
    writer.run("BEGIN")
    writer.run("SET LOCAL lock_timeout = '40s'")

    writing = writer.start(INSERT, [[pair[1], pair[0]] if several else [pair[0]]])
    sessions.wait_until_blocked(writer, by=holder)
    holder.run("COMMIT")

    assert outcome(writing) == "00000"
    assert writer.run("SHOW lock_timeout") == [("40s",)]
    keeps = writer.run("SELECT current_setting('assistant.keeps_statistics', true)")
    assert keeps[0][0] in (None, "")
    writer.run("COMMIT")
    assert writer.run("SHOW lock_timeout") == [("50s",)]


WRITES = {
    "INSERT": (INSERT, False),
    "INSERT of the first": (INSERT, True),
    "DELETE": ("DELETE FROM messages WHERE conversation_id = ANY (%s)", False),
    "UPDATE": ("UPDATE messages SET token_count = 9 WHERE conversation_id = ANY (%s)", False),
    "rebuild": ("SELECT rebuild_conversation_stats(%s)", False),
    "rebuild without a row": ("SELECT rebuild_conversation_stats(%s)", True),
}


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("statement, first", WRITES.values(), ids=WRITES)
def test_an_old_snapshot_is_refused_rather_than_counted_wrongly(
    sessions: Sessions, pair: Pair, statement: str, first: bool, isolation: str
) -> None:
    key = rows.conversation(sessions.observer.client) if first else pair[0]
    slow = sessions.open()
    slow.run(f"BEGIN ISOLATION LEVEL {isolation}")
    slow.run("SELECT FROM messages")
    sessions.observer.run(INSERT, [[key]])

    with pytest.raises(psycopg.errors.SerializationFailure):
        slow.run(statement, [[key]])

    slow.run("ROLLBACK")
    assert differences(sessions.observer.client) == []


@BOTH
def test_writers_that_waited_for_a_conversation_made_again_count_on(
    sessions: Sessions, pair: Pair, several: bool
) -> None:
    deleter, writers = sessions.open(), [sessions.open() for _ in range(3)]
    user = sessions.observer.run("SELECT user_id FROM conversations LIMIT 1")[0][0]
    deleter.run("BEGIN")
    deleter.run("DELETE FROM conversations WHERE id = %s", [pair[0]])
    keys = [pair[1], pair[0]] if several else [pair[0]]
    writing = []
    for writer in writers:
        writing.append(writer.start(INSERT, [keys]))
        sessions.wait_until_blocked(writer)
    deleter.run("INSERT INTO conversations (id, user_id) VALUES (%s, %s)", [pair[0], user])
    deleter.run("COMMIT")

    assert [outcome(each) for each in writing] == ["00000"] * 3
    assert totals(sessions.observer.client, pair[0]) == (3, 3)
    assert differences(sessions.observer.client) == []


def test_a_rebuild_waits_for_who_deletes_messages_without_statistics(
    sessions: Sessions, pair: Pair
) -> None:
    deleter, mender = sessions.open(), sessions.open()
    without_triggers(sessions.observer.client, "DELETE FROM conversation_stats")
    deleter.run("BEGIN")
    deleter.run("DELETE FROM messages WHERE id = %s", [message_of(sessions, pair[0])])

    mending = mender.start("SELECT rebuild_conversation_stats(%s)", [[*pair]])
    sessions.wait_until_blocked(mender, by=deleter)
    deleter.run("COMMIT")

    assert outcome(mending) == "00000"
    assert differences(sessions.observer.client) == []


def test_a_rebuild_and_a_truncate_do_not_deadlock(sessions: Sessions, pair: Pair) -> None:
    holder, mender, truncater = (sessions.open() for _ in range(3))
    holder.run("BEGIN")
    holder.run("SELECT FROM conversation_stats FOR NO KEY UPDATE")
    mending = mender.start("SELECT rebuild_conversation_stats(%s)", [[*pair]])
    sessions.wait_until_blocked(mender, by=holder)
    truncating = truncater.start("TRUNCATE messages CASCADE")
    sessions.wait_until_blocked(truncater, by=mender)
    holder.run("COMMIT")

    assert [outcome(mending), outcome(truncating)] == ["00000"] * 2
    assert totals(sessions.observer.client, pair[0]) == (0, 0)
    assert differences(sessions.observer.client) == []
