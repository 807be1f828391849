"""What the database refuses, by the name of the constraint."""

from typing import Any

import psycopg
import pytest

from tests.contract import rows

Client = psycopg.Connection[Any]

# Every column with a default, but for the statistics' totals, which no client writes.
DEFAULTED = [
    *("users id", "users created_at", "users updated_at", "users is_active", "users preferences"),
    *("users password", "users is_superuser", "users is_staff"),
    "system_settings updated_at",
    *("model_configs id", "model_configs is_default", "model_configs created_at"),
    *("conversations id", "conversations agent_type", "conversations context_length"),
    *("conversations is_active", "conversations created_at", "conversations updated_at"),
    "conversations metadata",
    *("messages id", "messages timestamp", "messages generation_config"),
    *("conversation_stats id", "conversation_stats created_at", "conversation_stats updated_at"),
    *("conversation_embeddings id", "conversation_embeddings chunk_index"),
    *("conversation_embeddings created_at", "conversation_embeddings source_type"),
    "conversation_embeddings metadata",
    *("knowledge_base id", "knowledge_base content_type", "knowledge_base tags"),
    *("knowledge_base created_at", "knowledge_base updated_at"),
    *("embedding_models id", "embedding_models is_active", "embedding_models created_at"),
    "embedding_models is_default",
]


def insert(client: Client, table: str, **values: Any) -> Any:
    """Insert the smallest valid row of a table, but for these values."""
    needed: dict[str, dict[str, Any]] = {
        "users": {"username": "ada"},
        "system_settings": {"key": "a", "value": "1"},
        "model_configs": {"name": "m", "model_path": "/m", "config": "{}"},
        "messages": {"role": "user", "content": "Hello"},
        "conversation_embeddings": {
            "content_hash": "hash",
            "chunk_text": "Hello",
            "embedding_vector": [0.5] * 384,
        },
        "knowledge_base": {"title": "T", "content": "C"},
        "embedding_models": {"name": "m", "dimension": 3},
    }
    if table == "conversations":
        return rows.conversation(client, **values)
    if table in ("messages", "conversation_stats", "conversation_embeddings"):
        values = {"conversation_id": rows.conversation(client), **values}
    return rows.insert(client, table, **{**needed.get(table, {}), **values})


@pytest.mark.parametrize("column", DEFAULTED)
def test_an_explicit_null_is_refused(client: Client, column: str) -> None:
    table, name = column.split()

    with pytest.raises(psycopg.errors.NotNullViolation) as refused:
        insert(client, table, **{name: None})

    assert (refused.value.diag.table_name, refused.value.diag.column_name) == (table, name)


CHECKED = {
    "messages_role_check": [
        ("messages", "role", "robot"),
        ("messages", "role", "User"),
        ("messages", "role", ""),
    ],
    "messages_token_count_check": [("messages", "token_count", -1)],
    "messages_generation_time_check": [
        ("messages", "generation_time", -0.001),
        ("messages", "generation_time", "NaN"),
        ("messages", "generation_time", "Infinity"),
    ],
    "messages_temperature_check": [
        ("messages", "temperature", "NaN"),
        ("messages", "temperature", "Infinity"),
        ("messages", "temperature", "-Infinity"),
    ],
    "messages_generation_config_check": [("messages", "generation_config", "[]")],
    "conversations_context_length_check": [("conversations", "context_length", -1)],
    "conversations_metadata_check": [
        ("conversations", "metadata", "[]"),
        ("conversations", "metadata", "null"),
        ("conversations", "metadata", '"{}"'),
        ("conversations", "metadata", "1"),
    ],
    "users_preferences_check": [("users", "preferences", "[]")],
    "users_username_key": [("users", "username", "admin")],
    "system_settings_pkey": [("system_settings", "key", "app_version")],
    "model_configs_config_check": [("model_configs", "config", "true")],
    "conversation_embeddings_chunk_index_check": [("conversation_embeddings", "chunk_index", -1)],
    "conversation_embeddings_metadata_check": [("conversation_embeddings", "metadata", "[]")],
    "knowledge_base_file_size_check": [("knowledge_base", "file_size", -1)],
    "embedding_models_dimension_check": [
        ("embedding_models", "dimension", 0),
        ("embedding_models", "dimension", -3),
        ("embedding_models", "dimension", 16_001),
    ],
    "embedding_models_name_key": [("embedding_models", "name", "all-MiniLM-L6-v2")],
    "embedding_models_is_default_key": [("embedding_models", "is_default", True)],
}


@pytest.mark.parametrize(
    "constraint,table,column,value",
    [(constraint, *case) for constraint, cases in CHECKED.items() for case in cases],
)
def test_bad_values_are_refused_by_name(
    client: Client, constraint: str, table: str, column: str, value: Any
) -> None:
    with pytest.raises(psycopg.IntegrityError) as refused:
        insert(client, table, **{column: value})

    assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "table,column,value",
    [
        ("messages", "role", "system"),
        ("messages", "token_count", 0),
        ("messages", "generation_time", 0),
        ("messages", "generation_time", 1.7e308),
        ("messages", "temperature", -1.5),
        ("conversations", "title", "a" * 500),
        ("knowledge_base", "title", "ß" * 500),
        ("embedding_models", "dimension", 1),
        ("embedding_models", "dimension", 16_000),
        ("system_settings", "value", "null"),
    ],
)
def test_values_at_the_limit_are_taken(client: Client, table: str, column: str, value: Any) -> None:
    insert(client, table, **{column: value})

    assert rows.scalar(client, f"SELECT count(*) FROM {table} WHERE {column} = %s", [value]) == 1


@pytest.mark.parametrize("table", ["conversations", "knowledge_base"])
def test_a_title_over_500_characters_is_refused(client: Client, table: str) -> None:
    with pytest.raises(psycopg.errors.StringDataRightTruncation, match="varying\\(500\\)"):
        insert(client, table, title="a" * 501)


@pytest.mark.parametrize(
    "table,column,constraint",
    [
        ("conversations", "user_id", "conversations_user_id_fkey"),
        ("messages", "conversation_id", "messages_conversation_id_fkey"),
        ("conversation_stats", "conversation_id", "conversation_stats_conversation_id_fkey"),
        (
            "conversation_embeddings",
            "conversation_id",
            "conversation_embeddings_conversation_id_fkey",
        ),
        ("conversation_embeddings", "message_id", "conversation_embeddings_message_id_fkey"),
        (
            "conversation_embeddings",
            "embedding_model_id",
            "conversation_embeddings_embedding_model_id_fkey",
        ),
        ("knowledge_base", "embedding_model_id", "knowledge_base_embedding_model_id_fkey"),
    ],
)
def test_unknown_references_are_refused_by_name(
    client: Client, table: str, column: str, constraint: str
) -> None:
    insert(client, table, **{column: "00000000-0000-0000-0000-000000000000"})

    with pytest.raises(psycopg.errors.ForeignKeyViolation) as refused:
        client.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert refused.value.diag.constraint_name == constraint


def test_nul_bytes_are_refused_in_text(client: Client) -> None:
    with pytest.raises(psycopg.errors.CharacterNotInRepertoire):
        client.execute(r"INSERT INTO knowledge_base (title, content) VALUES ('T', E'a\000b')")


def test_nul_characters_are_refused_in_json(client: Client) -> None:
    with pytest.raises(psycopg.errors.UntranslatableCharacter):
        insert(client, "conversations", metadata=r'{"a": "\u0000"}')
