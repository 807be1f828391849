"""Whose embeddings and chunks are, where others write them while their source changes hands."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.contract.test_whose_rows import CHUNKS, EMBEDDINGS, Kind, kinds
from tests.conversations.statistics.sessions import Session, Sessions, open_sessions, outcome

SERIALIZATION_FAILURE = "40001"


@pytest.fixture
def sessions(scratch: str) -> Iterator[Sessions]:
    """Give sessions of a database with two users."""
    with open_sessions(scratch) as opened:
        opened.observer.run("INSERT INTO users (username) VALUES ('ada'), ('bob')")
        yield opened


def users(sessions: Sessions) -> list[Any]:
    found = sessions.observer.run(
        "SELECT id FROM users WHERE username IN ('ada', 'bob') ORDER BY username"
    )
    return [key for (key,) in found]


def statement(kind: Kind) -> str:
    """Return an INSERT of a row of a source."""
    columns = ", ".join(kind.values)
    marks = ", ".join(["%s"] * len(kind.values))
    return f"INSERT INTO {kind.table} ({kind.reference}, {columns}) VALUES (%s, {marks})"


def parameters(kind: Kind, source: Any) -> list[Any]:
    return [source, *kind.values.values()]


def give(kind: Kind) -> str:
    return f"UPDATE {kind.source} SET {kind.sources_column} = %s WHERE id = %s"


def whose(sessions: Sessions, kind: Kind) -> list[Any]:
    return [key for (key,) in sessions.observer.run(f"SELECT {kind.column} FROM {kind.table}")]


@kinds
def test_who_writes_first_is_waited_for(sessions: Sessions, kind: Kind) -> None:
    ada, bob = users(sessions)
    source = kind.make_source(sessions.observer.client, ada)
    writer, mover = sessions.open(), sessions.open()

    writer.run("BEGIN")
    writer.run(statement(kind), parameters(kind, source))
    moved = mover.start(give(kind), [bob, source])
    sessions.wait_until_blocked(mover, by=writer)
    writer.run("COMMIT")

    assert outcome(moved) == "00000"
    assert whose(sessions, kind) == [bob]


@kinds
@pytest.mark.parametrize(
    "isolation,expected",
    [("READ COMMITTED", "00000"), ("REPEATABLE READ", SERIALIZATION_FAILURE)],
)
def test_who_moves_first_is_waited_for(
    sessions: Sessions, kind: Kind, isolation: str, expected: str
) -> None:
    ada, bob = users(sessions)
    source = kind.make_source(sessions.observer.client, ada)
    writer, mover = sessions.open(), sessions.open()
    writer.run(f"BEGIN ISOLATION LEVEL {isolation}")
    writer.run("SELECT count(*) FROM users")

    mover.run("BEGIN")
    mover.run(give(kind), [bob, source])
    written = writer.start(statement(kind), parameters(kind, source))
    sessions.wait_until_blocked(writer, by=mover)
    mover.run("COMMIT")

    assert outcome(written) == expected
    writer.run("COMMIT")
    assert whose(sessions, kind) == ([bob] if expected == "00000" else [])


@kinds
def test_writers_of_other_sources_do_not_wait(sessions: Sessions, kind: Kind) -> None:
    ada, bob = users(sessions)
    moved, other = (kind.make_source(sessions.observer.client, ada) for _ in range(2))
    writer, mover = sessions.open(), sessions.open()
    writer.run("SET lock_timeout = '1ms'")

    mover.run("BEGIN")
    mover.run(give(kind), [bob, moved])

    assert not writer.refused(statement(kind), parameters(kind, other))
    mover.run("COMMIT")


@kinds
def test_nobody_waits_for_an_index_that_is_being_built(sessions: Sessions, kind: Kind) -> None:
    ada, bob = users(sessions)
    source = kind.make_source(sessions.observer.client, ada)
    sessions.observer.run(statement(kind), parameters(kind, source))
    builder, mover = sessions.open(), sessions.open()
    mover.run("SET lock_timeout = '1ms'")

    builder.run("BEGIN")
    # The lock that CREATE INDEX CONCURRENTLY holds throughout.
    builder.run(f"LOCK TABLE {kind.table} IN SHARE UPDATE EXCLUSIVE MODE")

    assert not mover.refused(give(kind), [bob, source])
    builder.run("COMMIT")


@kinds
def test_a_source_that_another_session_commits_later(sessions: Sessions, kind: Kind) -> None:
    ada, _ = users(sessions)
    source = uuid4()
    maker: Session = sessions.open()
    writer = sessions.open()

    maker.run("BEGIN")
    kind.make_source(maker.client, ada, id=source)
    writer.run("BEGIN")
    writer.run(statement(kind), parameters(kind, source))
    maker.run("COMMIT")
    writer.run("COMMIT")

    assert whose(sessions, kind) == [ada]


def test_a_message_moves_while_its_conversation_changes_hands(sessions: Sessions) -> None:
    ada, bob = users(sessions)
    client = sessions.observer.client
    first, second = (EMBEDDINGS.make_source(client, ada) for _ in range(2))
    [(message,)] = sessions.observer.run(
        "INSERT INTO messages (conversation_id, role, content)"
        " VALUES (%s, 'user', 'Hello') RETURNING id",
        [first],
    )
    EMBEDDINGS.insert(client, first, message_id=message)
    mover, giver = sessions.open(), sessions.open()

    mover.run("BEGIN")
    mover.run("UPDATE messages SET conversation_id = %s WHERE id = %s", [second, message])
    given = giver.start(give(EMBEDDINGS), [bob, second])
    sessions.wait_until_blocked(giver, by=mover)
    mover.run("COMMIT")

    assert outcome(given) == "00000"
    assert whose(sessions, EMBEDDINGS) == [bob]


def test_new_chunks_are_of_the_new_owner(sessions: Sessions) -> None:
    ada, bob = users(sessions)
    source = CHUNKS.make_source(sessions.observer.client, ada)
    CHUNKS.give(sessions.observer.client, source, bob)

    sessions.observer.run(statement(CHUNKS), parameters(CHUNKS, source))

    assert whose(sessions, CHUNKS) == [bob]
