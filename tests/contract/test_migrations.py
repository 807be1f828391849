"""Everything of the project back to nothing, and up again over rows of earlier schemas.

tests/contract/rollback/ goes back to every point between.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.contract import catalog, migrating
from tests.contract.databases import alias, connect

Client = psycopg.Connection[Any]

# Rows as the schema of that step takes them, the default rows' own keys among them.
WRITTEN_AT = {
    ("assistant_accounts", "0001_create_users"): """
        INSERT INTO users (username, email) VALUES ('admin', 'mine@localhost'), ('ada', NULL);
        INSERT INTO auth_group (name) VALUES ('staff');
        INSERT INTO users_groups (user_id, group_id) SELECT u.id, g.id FROM users u, auth_group g;
    """,
    ("assistant_settings", "0001_create_settings"): """
        INSERT INTO system_settings (key, value) VALUES ('app_version', '"9"'), ('mine', '1');
        INSERT INTO model_configs (name, model_path, config) VALUES ('m', '/m', '{}');
    """,
    ("assistant_conversations", "0001_create_conversations"): """
        INSERT INTO conversations (user_id, title) SELECT id, username FROM users;
        INSERT INTO messages (conversation_id, role, content, token_count, generation_time)
        SELECT id, 'assistant', 'Hello', 3, 0.5 FROM conversations, generate_series(1, 2);
        INSERT INTO conversation_stats (conversation_id, total_messages)
        SELECT id, 1 FROM conversations WHERE title = 'ada';
    """,
    ("assistant_embeddings", "0002_create_embeddings"): """
        INSERT INTO embedding_models (name, dimension, is_default) VALUES ('mine', 2, true);
        INSERT INTO conversation_embeddings
            (conversation_id, content_hash, chunk_text, embedding_vector, embedding_model_id)
        SELECT c.id, 'hash', 'Hello', '[1,2]', m.id
        FROM conversations AS c, embedding_models AS m;
        INSERT INTO knowledge_base (title, content) VALUES ('T', 'running dogs');
    """,
}


@pytest.fixture
def connection(scratch: str, unblocked: None) -> Iterator[BaseDatabaseWrapper]:
    """Return Django's connection to a migrated database of this test alone."""
    with alias(scratch) as wrapper:
        yield wrapper


@pytest.fixture
def observer(scratch: str, connection: BaseDatabaseWrapper) -> Iterator[Client]:
    """Return a client of the same database."""
    with connect(scratch, autocommit=True) as client:
        yield client


def walk_down(connection: BaseDatabaseWrapper) -> list[migrating.Node]:
    """Take everything back; return the steps in the order in which they are applied again."""
    steps = migrating.steps_to_nothing(connection)
    for step in steps:
        migrating.take_back(connection, step)
    return steps[::-1]


def test_nothing_but_the_extension_is_left(
    connection: BaseDatabaseWrapper, observer: Client
) -> None:
    walk_down(connection)

    left = {table for table in catalog.read(observer, "columns") if not table.startswith("auth_")}
    assert left == {"django_content_type", "django_migrations", "django_session"}
    assert catalog.read(observer, "functions") == {}
    assert catalog.read(observer, "triggers") == {}
    extensions = observer.execute("SELECT extname FROM pg_extension ORDER BY 1").fetchall()
    assert extensions == [("plpgsql",), ("vector",)]


def test_statistics_of_earlier_messages_are_right(
    connection: BaseDatabaseWrapper, observer: Client
) -> None:
    for step in walk_down(connection):
        migrating.apply(connection, step)
        observer.execute(WRITTEN_AT.get(step, ""))

    kept = observer.execute(
        "SELECT total_messages, total_tokens, avg_response_time FROM conversation_stats"
    )

    assert kept.fetchall() == [(2, 6, 0.5), (2, 6, 0.5)]


def test_words_of_earlier_documents_are_found(
    connection: BaseDatabaseWrapper, observer: Client
) -> None:
    for step in walk_down(connection):
        migrating.apply(connection, step)
        observer.execute(WRITTEN_AT.get(step, ""))

    found = observer.execute("SELECT title FROM knowledge_base WHERE content_search @@ 'dog'")

    assert found.fetchall() == [("T",)]
