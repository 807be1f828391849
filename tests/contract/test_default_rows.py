"""The rows a new database begins with."""

from pathlib import Path

import psycopg
import pytest
from django.apps import apps

from tests.contract import migrating


def test_system_settings(client: psycopg.Connection) -> None:
    rows = client.execute("SELECT key, value, description FROM system_settings ORDER BY key")

    assert rows.fetchall() == [
        ("app_version", "1.0.0", "Application version"),
        ("default_temperature", 0.7, "Default model temperature"),
        ("enable_embeddings", True, "Enable embeddings system"),
        ("max_context_length", 4096, "Maximum context length"),
    ]


def test_default_user(client: psycopg.Connection) -> None:
    rows = client.execute(
        "SELECT username, email, is_active, preferences, password, is_superuser, is_staff"
        " FROM users"
    )

    assert rows.fetchall() == [("admin", "admin@localhost", True, {}, "!", False, False)]


def test_default_embedding_model(client: psycopg.Connection) -> None:
    rows = client.execute(
        "SELECT name, model_path, dimension, description, is_active, is_default, backend,"
        " provider, distance, status, backfilled_at FROM embedding_models"
    )

    assert rows.fetchall() == [
        (
            "all-MiniLM-L6-v2",
            None,
            384,
            "Default sentence transformer model",
            True,
            True,
            "fastembed",
            {},
            "cosine",
            "active",
            None,
        )
    ]


def test_other_tables_are_empty(client: psycopg.Connection) -> None:
    for table in (
        "model_configs",
        "conversations",
        "messages",
        "conversation_stats",
        "conversation_embeddings",
        "knowledge_base",
        "knowledge_chunks",
        "embedding_queue",
        "search_statistics",
        "search_lexemes",
        "search_changes",
        "search_records",
        "search_events",
        "search_evaluations",
    ):
        assert client.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


@pytest.mark.parametrize(
    "label,name,change",
    [
        (
            "assistant_settings",
            "0003_insert_default_settings",
            "UPDATE system_settings SET value = '0', description = NULL",
        ),
        ("assistant_accounts", "0003_insert_default_user", "UPDATE users SET email = 'mine'"),
        (
            "assistant_embeddings",
            "0006_insert_default_embedding_model",
            "UPDATE embedding_models SET dimension = 3, is_default = false",
        ),
    ],
)
def test_rows_that_are_there_stay(
    client: psycopg.Connection, label: str, name: str, change: str
) -> None:
    path = Path(apps.get_app_config(label).path) / "sql" / f"{name}.sql"
    client.execute(change)
    tables = ["system_settings", "users", "embedding_models"]
    before = migrating.read_rows(client, tables)

    client.execute(path.read_text(encoding="utf-8"))

    assert migrating.read_rows(client, tables) == before
