"""Random statements that change messages, conversations or their statistics."""

import random
import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg

from tests.contract import rows

Client = psycopg.Connection[Any]
Row = tuple[UUID, UUID, int | None, float | None]

TOKENS = (None, 0, 1, 7, 2**31 - 1)
SECONDS = (None, 0.0, 0.1, 1.5, 1e15, 1e-9, 1e300)

SOURCE = "unnest(%s::uuid[], %s::uuid[], %s::int[], %s::float[]) AS v (id, c, t, g)"
INSERT = (
    "INSERT INTO messages (id, conversation_id, token_count, generation_time, role, content)"
    f" SELECT v.*, 'user', 'x' FROM {SOURCE}"
)
ON_CONFLICT = (
    "NOTHING",
    "UPDATE SET conversation_id = EXCLUDED.conversation_id, token_count = EXCLUDED.token_count",
    "UPDATE SET generation_time = EXCLUDED.generation_time",
)
MERGE = (
    f"MERGE INTO messages AS m USING {SOURCE} ON m.id = v.id"
    " WHEN MATCHED AND v.t = 1 THEN DELETE"
    " WHEN MATCHED AND v.t = 7 THEN DO NOTHING"
    " WHEN MATCHED THEN UPDATE"
    " SET conversation_id = v.c, token_count = v.t, generation_time = v.g"
    " WHEN NOT MATCHED THEN"
    " INSERT (id, conversation_id, role, content, token_count, generation_time)"
    " VALUES (v.id, v.c, 'user', 'x', v.t, v.g)"
)
TAMPER = (
    "UPDATE conversation_stats SET total_messages = 99, total_tokens = -1,"
    " avg_response_time = 4, response_count = 8, response_time_sum = 1",
    "DELETE FROM conversation_stats",
    "INSERT INTO conversation_stats (conversation_id, total_messages)"
    " SELECT id, 4 FROM conversations ON CONFLICT (conversation_id) DO NOTHING",
    "INSERT INTO conversation_stats (conversation_id, total_messages)"
    " SELECT id, 4 FROM conversations"
    " ON CONFLICT (conversation_id) DO UPDATE SET total_messages = 5",
)
TRUNCATES = (
    "TRUNCATE messages CASCADE",
    "TRUNCATE conversation_stats",
    "TRUNCATE conversations CASCADE",
)


class Writer:
    """One client that writes what a seed tells it to."""

    def __init__(self, client: Client, seed: int) -> None:
        self.client = client
        self.random = random.Random(seed)  # noqa: S311
        self.user = rows.insert(client, "users", username=str(uuid.uuid4()))
        self.done: list[str] = []

    def plan(self, times: int) -> list[str]:
        """Return the names of all the statements, each several times, in random order."""
        names = [name for name in STATEMENTS for _ in range(times)]
        self.random.shuffle(names)
        return names

    def run(self, name: str) -> None:
        """Run one of them, with conversations enough for it to do something."""
        if len(self.conversations()) < 3:
            new_conversations(self)
        self.done.append(name)
        STATEMENTS[name](self)

    def key(self) -> UUID:
        """Return a new key, the same for the same seed."""
        return UUID(int=self.random.getrandbits(128))

    def execute(self, statement: str, *parameters: Any) -> None:
        self.client.execute(statement, parameters or None)

    def conversations(self) -> list[UUID]:
        found = self.client.execute("SELECT id FROM conversations ORDER BY created_at, id")
        return [key for (key,) in found]

    def some(self, keys: list[UUID], most: int = 4) -> list[UUID]:
        return self.random.sample(keys, min(len(keys), self.random.randint(0, most)))

    def some_messages(self, most: int = 4) -> list[UUID]:
        found = self.client.execute("SELECT id FROM messages ORDER BY timestamp, id")
        return self.some([key for (key,) in found], most)

    def conversation(self) -> UUID:
        return self.random.choice(self.conversations())

    def rows(self, count: int) -> list[Row]:
        keys, choice = self.conversations(), self.random.choice
        return [
            (self.key(), choice(keys), choice(TOKENS),
             choice(SECONDS))
            for _ in range(count)
        ]  # fmt: skip

    def columns(self, count: int, *, existing: bool = False) -> list[list[Any]]:
        """Return new rows as arrays, some with the keys of messages that are there."""
        old = self.some_messages(3) if existing else []
        new = self.rows(count)
        mixed = [(key, *row[1:]) for key, row in zip(old, new, strict=False)] + new[len(old) :]
        return [list(column) for column in zip(*mixed, strict=True)]


def upsert(w: Writer) -> None:
    action = w.random.choice(ON_CONFLICT)
    w.execute(f"{INSERT} ON CONFLICT (id) DO {action}", *w.columns(4, existing=True))


def update(w: Writer) -> None:
    tokens, seconds = w.random.choice(TOKENS), w.random.choice(SECONDS)
    w.execute(
        "UPDATE messages SET token_count = %s, generation_time = %s WHERE id = ANY (%s)",
        *(tokens, seconds, w.some_messages()),
    )


def move(w: Writer) -> None:
    statement = "UPDATE messages SET conversation_id = %s WHERE id = ANY (%s)"
    w.execute(statement, w.conversation(), w.some_messages())


def move_and_insert(w: Writer) -> None:
    w.execute(
        "WITH moved AS (UPDATE messages SET conversation_id = %s WHERE id = ANY (%s)"
        f" RETURNING 1) {INSERT}",
        *(w.conversation(), w.some_messages(), *w.columns(3)),
    )


def delete_and_insert(w: Writer) -> None:
    statement = f"WITH gone AS (DELETE FROM messages WHERE id = ANY (%s) RETURNING 1) {INSERT}"
    w.execute(statement, w.some_messages(), *w.columns(3))


def copy(w: Writer) -> None:
    columns = "id, conversation_id, token_count, generation_time, role, content"
    new = w.rows(4)
    with w.client.cursor().copy(f"COPY messages ({columns}) FROM STDIN") as stream:
        for row in new:
            stream.write_row((*row, "user", "x"))


def message_first(w: Writer) -> None:
    key = w.key()
    rows.message(w.client, key, id=w.key(), token_count=2)
    rows.conversation(w.client, id=key, user_id=w.user)


def new_conversations(w: Writer) -> None:
    keys = [w.key() for _ in range(4)]
    w.execute("INSERT INTO conversations (id, user_id) SELECT unnest(%s), %s", keys, w.user)


def truncate(w: Writer) -> None:
    # PostgreSQL truncates no table whose deferred constraints are still to be checked.
    w.execute("SET CONSTRAINTS ALL IMMEDIATE")
    w.execute("SET CONSTRAINTS ALL DEFERRED")
    w.execute(w.random.choice(TRUNCATES))


def roll_back(w: Writer) -> None:
    with w.client.transaction(force_rollback=True):
        inside = [name for name in STATEMENTS if name not in ("roll back", "commit")]
        for name in w.random.choices(inside, k=3):
            w.run(name)


STATEMENTS: dict[str, Callable[[Writer], None]] = {
    "insert": lambda w: w.execute(INSERT, *w.columns(w.random.randint(1, 5))),
    "upsert": upsert,
    "merge": lambda w: w.execute(MERGE, *w.columns(5, existing=True)),
    "update": update,
    "move": move,
    "move and insert": move_and_insert,
    "delete": lambda w: w.execute("DELETE FROM messages WHERE id = ANY (%s)", w.some_messages()),
    "delete and insert": delete_and_insert,
    "copy": copy,
    "message first": message_first,
    "new conversations": new_conversations,
    "delete conversations": lambda w: w.execute(
        "DELETE FROM conversations WHERE id = ANY (%s)", w.some(w.conversations(), 2)
    ),
    "tamper": lambda w: w.execute(w.random.choice(TAMPER)),
    "commit": lambda w: w.client.commit(),
    "roll back": roll_back,
}
RARE = {"truncate": truncate, "delete all": lambda w: w.execute("DELETE FROM messages")}
STATEMENTS.update(RARE)
