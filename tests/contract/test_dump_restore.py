"""pg_dump and restore: the same catalog, the same rows, working triggers."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.contract import catalog, migrating, programs, rows
from tests.contract.databases import connect, database

Client = psycopg.Connection[Any]

TABLES = [
    "users",
    "system_settings",
    "model_configs",
    "conversations",
    "messages",
    "conversation_stats",
    "embedding_models",
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
]
MIGRATIONS = ["django_migrations", "schema_migration_details", "schema_migrations"]


def fill(name: str) -> None:
    with connect(name, autocommit=True) as client:
        conversation = rows.conversation(client, title="First")
        rows.messages(client, conversation, 3)
        rows.message(client, conversation, content="two\nlines", generation_time=2)
        rows.insert(
            client,
            "conversation_embeddings",
            conversation_id=conversation,
            content_hash="hash",
            chunk_text="Hello",
            embedding_vector=[0.1] * 384,
        )
        rows.insert(client, "model_configs", name="m", model_path="/m", config='{"a": [1]}')
        document = rows.insert(
            client,
            "knowledge_base",
            title="T",
            content="dogs",
            tags=["a b", "{"],
            owner_id=rows.scalar(client, "SELECT id FROM users"),
        )
        for index, vector in enumerate((None, [0.1] * 384)):
            rows.insert(
                client,
                "knowledge_chunks",
                document_id=document,
                chunk_index=index,
                chunk_text="dogs",
                content_hash="hash",
                start_offset=0,
                end_offset=4,
                embedding_vector=vector,
            )
        record = rows.insert(
            client,
            "search_records",
            user_id=rows.scalar(client, "SELECT id FROM users"),
            query="dogs",
            query_hash="hash",
            mode="vector",
            hits='[{"score": 1.10}]',
            latency=0.1,
        )
        rows.insert(
            client, "search_events", record_id=record, source=document, kind="opened", rank=1
        )
        rows.insert(client, "search_evaluations", name="mine", queries=1, depth=10)


def restore(kind: str, file: Path, name: str) -> None:
    if kind == "plain":
        programs.run("psql", name, "--quiet", "--no-psqlrc", "--file", file)
    else:
        programs.run("pg_restore", name, file)


@pytest.mark.parametrize("kind", ["plain", "custom"])
def test_restored_database_is_the_same(scratch: str, tmp_path: Path, kind: str) -> None:
    fill(scratch)
    file = tmp_path / "dump"
    programs.run("pg_dump", scratch, f"--format={kind}", "--file", file)

    with database("restored") as name:
        restore(kind, file, name)

        with connect(scratch) as original, connect(name, autocommit=True) as restored:
            assert catalog.read_all(restored) == catalog.read_all(original)
            expected = migrating.read_rows(original, TABLES + MIGRATIONS)
            assert expected.keys() == {*TABLES, *MIGRATIONS}
            assert migrating.read_rows(restored, TABLES + MIGRATIONS) == expected
            check_triggers(restored)


def check_triggers(client: Client) -> None:
    """Write a little and look at what the triggers make of it."""
    conversation = rows.scalar(client, "SELECT id FROM conversations")
    totals = "SELECT total_messages, total_tokens, avg_response_time FROM conversation_stats"
    assert client.execute(totals).fetchall() == [(4, 9, 0.875)]

    rows.message(client, conversation, token_count=5)
    client.execute("DELETE FROM messages WHERE generation_time = 2")
    assert client.execute(totals).fetchall() == [(4, 14, 0.5)]

    client.execute("UPDATE knowledge_base SET content = 'cats'")
    found = "SELECT updated_at > created_at, content_search::text FROM knowledge_base"
    assert client.execute(found).fetchall() == [(True, "'cat':1")]
    queued = "SELECT count(message_id), count(document_id), max(version) FROM embedding_queue"
    assert client.execute(queued).fetchall() == [(4, 1, 2)]
    with pytest.raises(psycopg.errors.CheckViolation, match="384 dimensions"):
        client.execute("UPDATE conversation_embeddings SET embedding_vector = '[1]'")


def test_data_alone_goes_into_a_migrated_database(
    scratch: str, migrated_template: str, tmp_path: Path
) -> None:
    fill(scratch)
    file = tmp_path / "dump"
    programs.run(
        "pg_dump",
        scratch,
        "--data-only",
        "--format=custom",
        "--file",
        file,
        *(f"--table={table}" for table in TABLES),
    )

    with database("restored", template=migrated_template) as name:
        with connect(name, autocommit=True) as client:
            client.execute(
                "DELETE FROM users; DELETE FROM embedding_models; DELETE FROM system_settings"
            )
        programs.run("pg_restore", name, "--disable-triggers", file)

        with connect(scratch) as original, connect(name, autocommit=True) as restored:
            expected = migrating.read_rows(original, TABLES)
            assert migrating.read_rows(restored, TABLES) == expected
            check_triggers(restored)
