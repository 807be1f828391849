"""What a DELETE takes along: what it did with the SQL files, and a user's rights."""

from typing import Any

import psycopg
import pytest

from tests.contract import rows

Client = psycopg.Connection[Any]

CASCADES = {
    "user": "DELETE FROM users",
    "conversation": "DELETE FROM conversations WHERE title = 'First'",
    "message": "DELETE FROM messages WHERE content = 'Hello'",
}
LEFT = """SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM conversations),
    (SELECT count(*) FROM messages), (SELECT count(*) FROM conversation_stats),
    (SELECT count(*) FROM conversation_embeddings)"""


def fill(client: Client) -> None:
    first, second = (rows.conversation(client, title=title) for title in ("First", "Second"))
    for conversation in (first, second):
        message = rows.message(client, conversation, content="Hello")
        rows.message(client, conversation, content="Hello to you")
        for source in (message, None):
            rows.insert(
                client,
                "conversation_embeddings",
                conversation_id=conversation,
                message_id=source,
                content_hash="hash",
                chunk_text="Hello",
                embedding_vector=[0.5] * 384,
            )


@pytest.mark.parametrize("statement", CASCADES.values(), ids=CASCADES)
def test_deleting_takes_the_same_along(
    mended_files: Client, client: Client, statement: str
) -> None:
    for database_client in (mended_files, client):
        fill(database_client)
        database_client.execute(statement)

    assert client.execute(LEFT).fetchall() == mended_files.execute(LEFT).fetchall()


@pytest.mark.parametrize("name", ["users_groups", "users_user_permissions"])
def test_deleting_a_user_takes_rights_along(client: Client, name: str) -> None:
    target = {"users_groups": "auth_group", "users_user_permissions": "auth_permission"}[name]
    client.execute("INSERT INTO auth_group (name) VALUES ('staff')")
    column = target.removeprefix("auth_") + "_id"
    client.execute(
        f"INSERT INTO {name} (user_id, {column}) SELECT u.id, t.id FROM users u, {target} t LIMIT 1"
    )

    client.execute("DELETE FROM users; SET CONSTRAINTS ALL IMMEDIATE")

    assert client.execute(f"SELECT * FROM {name}").fetchall() == []


def test_deleting_a_group_takes_memberships_along(client: Client) -> None:
    client.execute(
        "INSERT INTO auth_group (name) VALUES ('staff');"
        "INSERT INTO users_groups (user_id, group_id) SELECT u.id, g.id FROM users u, auth_group g"
    )

    client.execute("DELETE FROM auth_group; SET CONSTRAINTS ALL IMMEDIATE")

    assert client.execute("SELECT * FROM users_groups").fetchall() == []
