"""The smallest rows, written as a client without Django writes them."""

from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

Client = psycopg.Connection[Any]


def insert(client: Client, table: str, **values: Any) -> Any:
    """Insert a row and return its key."""
    key = "key" if table == "system_settings" else "id"
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join([sql.Placeholder()] * len(values)),
        sql.Identifier(key),
    )
    return client.execute(statement, list(values.values())).fetchone()[0]


def conversation(client: Client, **values: Any) -> UUID:
    """Return the key of a new conversation of the default user."""
    if "user_id" not in values:
        query = "SELECT id FROM users WHERE username = 'admin'"
        values["user_id"] = client.execute(query).fetchone()[0]
    return insert(client, "conversations", **values)


def message(client: Client, conversation_id: UUID, **values: Any) -> UUID:
    """Return the key of a new message."""
    row = {"conversation_id": conversation_id, "role": "user", "content": "Hello", **values}
    return insert(client, "messages", **row)


def messages(client: Client, conversation_id: UUID, count: int) -> None:
    """Add messages of three tokens and half a second each, in one statement."""
    client.execute(
        "INSERT INTO messages (conversation_id, role, content, token_count, generation_time)"
        " SELECT %s, 'assistant', 'Hello', 3, 0.5 FROM generate_series(1, %s)",
        [conversation_id, count],
    )


def scalar(client: Client, query: str, parameters: Any = None) -> Any:
    """Return the only value of a query."""
    return client.execute(query, parameters).fetchone()[0]
