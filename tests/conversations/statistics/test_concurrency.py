"""Many clients at once: nobody deadlocks, and the statistics are right at the end."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Lock
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.contract import rows
from tests.contract.databases import connect
from tests.conversations.statistics.recount import differences, without_triggers
from tests.conversations.statistics.sessions import SECONDS

Client = psycopg.Connection[Any]
Chance = random.Random
Task = Callable[[Client, Chance, list[UUID]], None]

WRITERS = 8
CONVERSATIONS = 30
# The only way a statement of these may fail: its conversation was deleted before it came.
GONE = "23503"

# Two statements that lock the same rows in different orders deadlock without any trigger, so
# those of conversations come one after another.
alone = Lock()


def insert(client: Client, chance: Chance, keys: list[UUID]) -> None:
    """Add twenty messages to conversations in random order, as far as they exist."""
    client.execute(
        "INSERT INTO messages (conversation_id, role, content, token_count, generation_time)"
        " SELECT c.id, 'user', 'x', 1, 0.5 FROM unnest(%s::uuid[]) WITH ORDINALITY AS v (id, n)"
        " JOIN conversations AS c ON c.id = v.id ORDER BY v.n",
        [chance.choices(keys, k=20)],
    )


def update_conversations(client: Client, chance: Chance, keys: list[UUID]) -> None:
    with alone:
        client.execute(
            "UPDATE conversations AS c SET title = 'x' FROM unnest(%s::uuid[]) AS v (id)"
            " WHERE c.id = v.id",
            [chance.sample(keys, 12)],
        )


def delete_and_create_in_one_statement(client: Client, chance: Chance, keys: list[UUID]) -> None:
    with alone:
        client.execute(
            "WITH gone AS (DELETE FROM conversations AS c USING unnest(%s::uuid[]) AS v (id)"
            " WHERE c.id = v.id RETURNING c.id, c.user_id)"
            " INSERT INTO conversations (id, user_id) SELECT id, user_id FROM gone",
            [chance.sample(keys, 6)],
        )


def delete_and_create_in_one_transaction(client: Client, chance: Chance, keys: list[UUID]) -> None:
    with alone, client.transaction():
        gone = client.execute(
            "DELETE FROM conversations AS c USING unnest(%s::uuid[]) AS v (id)"
            " WHERE c.id = v.id RETURNING c.id, c.user_id",
            [chance.sample(keys, 6)],
        ).fetchall()
        with client.cursor() as cursor:
            cursor.executemany("INSERT INTO conversations (id, user_id) VALUES (%s, %s)", gone)


def change_one(statement: str) -> Task:
    """Return what does something to one message of a random conversation."""

    def change(client: Client, chance: Chance, keys: list[UUID]) -> None:
        one, other = chance.sample(keys, 2)
        client.execute(
            f"{statement} WHERE id ="
            " (SELECT id FROM messages WHERE conversation_id = %(one)s LIMIT 1)",
            {"one": one, "other": other},
        )

    return change


update = change_one("UPDATE messages SET token_count = token_count + 1, generation_time = NULL")
move = change_one("UPDATE messages SET conversation_id = %(other)s")
delete = change_one("DELETE FROM messages")


def rebuild(client: Client, chance: Chance, keys: list[UUID]) -> None:
    client.execute("SELECT rebuild_conversation_stats(%s)", [chance.sample(keys, 20)])


@contextmanager
def crowd(name: str, tasks: list[tuple[Task, int]]) -> Iterator[tuple[Client, list[UUID], Any]]:
    """Give conversations and what does all tasks to them at once, each so many times.

    That returns the SQLSTATEs of the errors, counted, with the name of the task.
    """
    start = Barrier(len(tasks), timeout=SECONDS)

    def work(number: int) -> Counter[tuple[str, str]]:
        task, times = tasks[number]
        errors: Counter[tuple[str, str]] = Counter()
        with connect(name, autocommit=True) as client:
            client.execute(f"SET statement_timeout = '{SECONDS}s'")
            start.wait()
            for step in range(times):
                chance = Chance(number * 1000 + step)
                try:
                    task(client, chance, keys)
                except psycopg.Error as error:
                    errors[task.__name__, error.sqlstate or repr(error)] += 1
        return errors

    def run() -> Counter[tuple[str, str]]:
        with ThreadPoolExecutor(len(tasks)) as threads:
            return sum(threads.map(work, range(len(tasks))), Counter())

    with connect(name, autocommit=True) as client:
        keys = [rows.conversation(client) for _ in range(CONVERSATIONS)]
        yield client, keys, run


def test_writers_alone(committed: str) -> None:
    with crowd(committed, [(insert, 12)] * WRITERS) as (client, _, run):
        assert run() == {}

        written = rows.scalar(client, "SELECT sum(total_messages) FROM conversation_stats")
        assert written == WRITERS * 12 * 20
        assert differences(client) == []


def test_writers_and_everybody_who_changes_single_messages(committed: str) -> None:
    others = [(update, 60), (update, 60), (delete, 60), (delete, 60), (move, 60), (move, 60)]
    with crowd(committed, [(insert, 10)] * WRITERS + others) as (client, _, run):
        assert run() == {}

        assert rows.scalar(client, "SELECT count(*) FROM messages") > 0
        assert differences(client) == []


@pytest.mark.parametrize(
    "deleter",
    [delete_and_create_in_one_statement, delete_and_create_in_one_transaction],
    ids=["one statement", "one transaction"],
)
def test_writers_and_who_deletes_and_updates_conversations(committed: str, deleter: Task) -> None:
    others = [(deleter, 10), (deleter, 10), (update_conversations, 20), (delete, 40), (update, 40)]
    with crowd(committed, [(insert, 15)] * WRITERS + others) as (client, _, run):
        errors = run()

        assert set(errors) <= {("insert", GONE)}
        assert errors.total() < WRITERS * 15 / 2  # most of them did write
        assert differences(client) == []


def test_a_rebuild_while_others_write(committed: str) -> None:
    others = [(rebuild, 8), (rebuild, 8), (update, 40), (delete, 40)]
    with crowd(committed, [(insert, 8)] * WRITERS + others) as (client, keys, run):
        insert(client, Chance(0), keys)
        without_triggers(client, "DELETE FROM conversation_stats WHERE conversation_id < %s",
                         [sorted(keys)[CONVERSATIONS // 2]])  # fmt: skip
        without_triggers(client, "UPDATE conversation_stats SET total_messages = 999")
        spoiled = {key for key, _, _ in differences(client)}
        assert spoiled

        errors = run()

        assert errors == {}
        client.execute("SELECT rebuild_conversation_stats(%s)", [keys])
        assert differences(client) == []
