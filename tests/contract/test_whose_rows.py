"""Whose embeddings and chunks are: their conversation's and document's, whoever writes what."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg
import pytest

from tests.contract import rows
from tests.contract.test_copy import copy_in

Client = psycopg.Connection[Any]

VECTOR = f"[{','.join(['0.5'] * 384)}]"


class Kind(NamedTuple):
    """A table whose rows belong to whom their source belongs."""

    table: str
    column: str
    source: str
    sources_column: str
    reference: str
    make_source: Callable[..., Any]
    values: dict[str, Any]

    def insert(self, client: Client, source: Any, **values: Any) -> Any:
        """Return the key of a new row of a source."""
        return rows.insert(client, self.table, **{self.reference: source, **self.values, **values})

    def whose(self, client: Client, key: Any) -> Any:
        """Return to whom a row belongs."""
        query = f"SELECT {self.column} FROM {self.table} WHERE id = %s"
        return rows.scalar(client, query, [key])

    def give(self, client: Client, source: Any, user: Any) -> None:
        """Give a source to somebody."""
        client.execute(
            f"UPDATE {self.source} SET {self.sources_column} = %s WHERE id = %s", [user, source]
        )


def make_conversation(client: Client, user: Any, **values: Any) -> Any:
    return rows.conversation(client, user_id=user, **values)


def make_document(client: Client, user: Any, **values: Any) -> Any:
    return rows.insert(client, "knowledge_base", title="T", content="C", owner_id=user, **values)


EMBEDDINGS = Kind(
    "conversation_embeddings",
    "user_id",
    "conversations",
    "user_id",
    "conversation_id",
    make_conversation,
    {"content_hash": "", "chunk_text": "C", "embedding_vector": VECTOR},
)
CHUNKS = Kind(
    "knowledge_chunks",
    "owner_id",
    "knowledge_base",
    "owner_id",
    "document_id",
    make_document,
    {"content_hash": "", "chunk_text": "C", "start_offset": 0, "end_offset": 1},
)

kinds = pytest.mark.parametrize("kind", [EMBEDDINGS, CHUNKS], ids=lambda kind: kind.table)


@pytest.fixture
def users(client: Client) -> list[Any]:
    """Return the keys of two users."""
    return [rows.insert(client, "users", username=name) for name in ("ada", "bob")]


@kinds
@pytest.mark.parametrize("written", [0, 1, None])
def test_what_a_client_writes_is_ignored(
    client: Client, users: list[Any], kind: Kind, written: int | None
) -> None:
    user = None if written is None else users[written]
    key = kind.insert(client, kind.make_source(client, users[0]), **{kind.column: user})
    assert kind.whose(client, key) == users[0]

    client.execute(f"UPDATE {kind.table} SET {kind.column} = %s WHERE id = %s", [user, key])
    assert kind.whose(client, key) == users[0]


@kinds
def test_they_follow_their_source(client: Client, users: list[Any], kind: Kind) -> None:
    ada, bob = users
    source, other = (kind.make_source(client, ada) for _ in range(2))
    key, stays = kind.insert(client, source), kind.insert(client, other, chunk_index=1)

    kind.give(client, source, bob)
    assert [kind.whose(client, each) for each in (key, stays)] == [bob, ada]

    client.execute(f"UPDATE {kind.table} SET {kind.reference} = %s WHERE id = %s", [source, stays])
    assert kind.whose(client, stays) == bob


@kinds
def test_they_follow_sources_that_change_together(
    client: Client, users: list[Any], kind: Kind
) -> None:
    ada, bob = users
    sources = [kind.make_source(client, user) for user in (ada, bob)]
    keys = [kind.insert(client, source) for source in sources]

    client.execute(
        f"MERGE INTO {kind.source} AS s USING users AS u"
        f" ON s.{kind.sources_column} IN (%(ada)s, %(bob)s)"
        f" AND u.id IN (%(ada)s, %(bob)s) AND u.id <> s.{kind.sources_column}"
        f" WHEN MATCHED THEN UPDATE SET {kind.sources_column} = u.id",
        {"ada": ada, "bob": bob},
    )

    assert [kind.whose(client, key) for key in keys] == [bob, ada]


@kinds
def test_a_source_may_come_later(client: Client, users: list[Any], kind: Kind) -> None:
    source = uuid4()
    key = kind.insert(client, source)
    kind.make_source(client, users[0], id=source)

    client.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert kind.whose(client, key) == users[0]


@kinds
def test_a_source_may_come_later_and_move(client: Client, users: list[Any], kind: Kind) -> None:
    source = uuid4()
    key = kind.insert(client, source)
    kind.make_source(client, users[0], id=source)
    kind.give(client, source, users[1])

    client.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert kind.whose(client, key) == users[1]


@kinds
@pytest.mark.parametrize("file_format", ["text", "binary"])
def test_copied_rows(client: Client, users: list[Any], kind: Kind, file_format: str) -> None:
    source = kind.make_source(client, users[0])
    columns = [kind.reference, kind.column, *kind.values]
    values = [source, users[1], *kind.values.values()]
    if file_format == "text":
        data = "\t".join(map(str, values)).encode() + b"\n"
    else:
        kind.insert(client, source, **{kind.column: users[1]})
        query = f"COPY (SELECT {', '.join(columns)} FROM {kind.table}) TO STDOUT (FORMAT binary)"
        with client.cursor().copy(query) as copy:
            data = b"".join(copy)
        client.execute(f"DELETE FROM {kind.table}")

    copy_in(client, f"{kind.table} ({', '.join(columns)})", data, file_format)

    query = f"SELECT {kind.column} FROM {kind.table}"
    assert client.execute(query).fetchall() == [(users[0],)]


def test_a_document_becomes_everybodys_and_somebodys(client: Client, users: list[Any]) -> None:
    document = make_document(client, users[0])
    key = CHUNKS.insert(client, document)

    for owner in (None, users[1]):
        CHUNKS.give(client, document, owner)
        client.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

        assert CHUNKS.whose(client, key) == owner


def test_a_message_that_moves_takes_its_embeddings_along(client: Client, users: list[Any]) -> None:
    first, second = (rows.conversation(client, user_id=user) for user in users)
    messages = [rows.message(client, first) for _ in range(2)]
    keys = [EMBEDDINGS.insert(client, first, message_id=message) for message in messages]
    of_no_message = EMBEDDINGS.insert(client, first)

    client.execute("UPDATE messages SET conversation_id = %s WHERE id = %s", [second, messages[0]])

    assert [EMBEDDINGS.whose(client, key) for key in (*keys, of_no_message)] == [
        users[1],
        users[0],
        users[0],
    ]


def test_a_user_takes_documents_along(client: Client, users: list[Any]) -> None:
    for owner in (*users, None):
        CHUNKS.insert(client, make_document(client, owner))

    client.execute("DELETE FROM users WHERE id = %s", [users[0]])
    client.execute("SET CONSTRAINTS ALL IMMEDIATE")

    for table in ("knowledge_base", "knowledge_chunks"):
        query = f"SELECT owner_id FROM {table} ORDER BY owner_id"
        assert client.execute(query).fetchall() == [(users[1],), (None,)]
