"""Repairs 1, 3, 4 and 5 of the SQL files: messages and their statistics."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.contract import rows
from tests.contract.databases import connect, database

Client = psycopg.Connection[Any]

# What the statistics ought to say, counted from the messages.
COUNTED = """
    SELECT c.id, count(m.id), COALESCE(sum(m.token_count), 0), avg(m.generation_time)
    FROM conversations AS c LEFT JOIN messages AS m ON m.conversation_id = c.id
    GROUP BY c.id ORDER BY c.id
"""
KEPT = """
    SELECT conversation_id, total_messages, total_tokens, avg_response_time
    FROM conversation_stats ORDER BY conversation_id
"""

READ_ROWS = """
    SELECT sum(COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0))
    FROM pg_stat_xact_user_tables
"""


def test_1_messages_can_be_inserted(files: Client, client: Client) -> None:
    with pytest.raises(psycopg.errors.InvalidColumnReference, match="no unique or exclusion"):
        rows.message(files, rows.conversation(files))

    key = rows.message(client, rows.conversation(client))

    assert rows.scalar(client, "SELECT content FROM messages WHERE id = %s", [key]) == "Hello"


def rows_read_by_one_more(client: Client, conversation_id: Any) -> int:
    before = rows.scalar(client, READ_ROWS)
    rows.message(client, conversation_id)
    return rows.scalar(client, READ_ROWS) - before


def test_3_a_message_costs_the_same_at_any_length(mended_files: Client, client: Client) -> None:
    read: dict[Client, list[int]] = {mended_files: [], client: []}

    for database_client, counts in read.items():
        conversation = rows.conversation(database_client)
        for _ in range(3):
            rows.messages(database_client, conversation, 20)
            counts.append(rows_read_by_one_more(database_client, conversation))

    assert read[mended_files] == sorted(set(read[mended_files]))
    assert len(set(read[client])) == 1


CHANGES = {
    "a first answer": (
        "UPDATE messages SET generation_time = 2 WHERE conversation_id = %(first)s",
    ),
    "DELETE": ("DELETE FROM messages WHERE conversation_id = %(first)s AND content = 'Bye'",),
    "DELETE of all": ("DELETE FROM messages",),
    # PostgreSQL truncates no table whose deferred constraints are still to be checked.
    "TRUNCATE": ("SET CONSTRAINTS ALL IMMEDIATE", "TRUNCATE messages CASCADE"),
    "moved": (
        "UPDATE messages SET conversation_id = %(second)s WHERE content = 'Bye'",
        "UPDATE messages SET token_count = 8 WHERE conversation_id = %(second)s",
    ),
    "DELETE with a join": (
        "DELETE FROM messages USING conversations AS c"
        " WHERE c.id = conversation_id AND c.id = %(second)s",
    ),
    "MERGE": (
        "MERGE INTO messages AS m USING conversations AS c ON c.id = m.conversation_id"
        " WHEN MATCHED AND m.content = 'Bye' THEN DELETE"
        " WHEN MATCHED THEN UPDATE SET generation_time = 1.5",
    ),
}


def change(client: Client, statements: tuple[str, ...]) -> None:
    keys = {"first": rows.conversation(client), "second": rows.conversation(client)}
    for key in keys.values():
        rows.message(client, key, token_count=3)
        rows.message(client, key, content="Bye", token_count=4)
    for statement in statements:
        client.execute(statement, keys)


@pytest.mark.parametrize("statements", CHANGES.values(), ids=CHANGES)
def test_4_statistics_are_right_after_every_change(
    mended_files: Client, client: Client, statements: tuple[str, ...]
) -> None:
    change(mended_files, statements)
    change(client, statements)

    assert mended_files.execute(KEPT).fetchall() != mended_files.execute(COUNTED).fetchall()
    assert client.execute(KEPT).fetchall() == client.execute(COUNTED).fetchall()


def test_4_messages_may_come_before_their_conversation(client: Client) -> None:
    key = uuid.uuid4()
    rows.messages(client, key, 2)

    rows.conversation(client, id=key)

    client.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert client.execute(KEPT).fetchall() == client.execute(COUNTED).fetchall()


def test_4_deleting_a_user_leaves_no_statistics(client: Client) -> None:
    rows.message(client, rows.conversation(client))

    client.execute("DELETE FROM users")

    assert rows.scalar(client, "SELECT count(*) FROM conversation_stats") == 0
    assert rows.scalar(client, "SELECT count(*) FROM messages") == 0


def wait_until_blocked(observer: Client, waiting: Client) -> None:
    pid = waiting.info.backend_pid
    for _ in range(1000):
        if rows.scalar(observer, "SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid]):
            return
        observer.execute("SELECT pg_sleep(0.01)")
    pytest.fail("The writer was never blocked.")


def can_lock_the_other(name: str) -> bool:
    """Return whether a writer that waits for one conversation leaves the other one free."""
    with (
        connect(name, autocommit=True) as observer,
        connect(name) as holder,
        connect(name) as writer,
        ThreadPoolExecutor(1) as threads,
    ):
        low, high = sorted(rows.conversation(observer) for _ in range(2))
        holder.execute("SELECT FROM conversations WHERE id = %s FOR UPDATE", [low])
        insert = (
            "INSERT INTO messages (conversation_id, role, content)"
            " VALUES (%s, 'user', 'Hello'), (%s, 'user', 'Hello')"
        )
        writing = threads.submit(writer.execute, insert, [high, low])
        wait_until_blocked(observer, writer)
        try:
            # Without NOWAIT this would be a deadlock wherever the writer has it already.
            holder.execute("SELECT FROM conversations WHERE id = %s FOR UPDATE NOWAIT", [high])
        except psycopg.errors.LockNotAvailable:
            return False
        finally:
            holder.rollback()
            writing.result()
    return True


def test_5_writers_lock_conversations_in_one_order(files_database: str, scratch: str) -> None:
    with database("deadlock", template=files_database) as name:
        with connect(name) as client:
            client.execute("ALTER TABLE conversation_stats ADD UNIQUE (conversation_id)")

        assert not can_lock_the_other(name)

    assert can_lock_the_other(scratch)
