"""COPY: rows of a database made by the SQL files, brought here as they are."""

from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.contract import rows

Client = psycopg.Connection[Any]

# In the order of the foreign keys; statistics first, because messages count themselves.
TABLES = {
    "users": "id, username, email, created_at, updated_at, is_active, preferences",
    "system_settings": "key, value, description, updated_at",
    "model_configs": "id, name, model_path, config, is_default, created_at",
    "conversations": "id, user_id, title, agent_type, context_length, is_active, created_at,"
    " updated_at, metadata",
    "conversation_stats": "id, conversation_id, created_at",
    "messages": "id, conversation_id, role, content, token_count, timestamp, model_name,"
    " generation_time, temperature, generation_config",
    "knowledge_base": "id, title, content, source, content_type, file_hash, tags, created_at,"
    " updated_at, file_size, file_extension, language",
    "embedding_models": "id, name, model_path, dimension, description, is_active, created_at",
}

FORMATS = ["text", "csv", "binary"]


def copy_out(client: Client, query: str, file_format: str) -> bytes:
    with client.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT {file_format})") as copy:
        return b"".join(copy)


def copy_in(client: Client, target: str, data: bytes, file_format: str = "text") -> None:
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT {})").format(
        sql.SQL(target), sql.SQL(file_format)
    )
    with client.cursor().copy(statement) as copy:
        copy.write(data)


@pytest.mark.parametrize("file_format", FORMATS)
def test_all_rows_of_the_files_database_come_over(
    mended_files: Client, client: Client, file_format: str
) -> None:
    conversation = rows.conversation(mended_files, title='Tab\t, "quotes" and \\N')
    rows.messages(mended_files, conversation, 2)
    rows.message(mended_files, conversation, content="two\nlines", token_count=None)
    rows.insert(mended_files, "model_configs", name="m", model_path="/m", config="{}")
    rows.insert(mended_files, "knowledge_base", title="T", content="C", tags=["a,b", "{", ""])
    client.execute("DELETE FROM users; DELETE FROM system_settings; DELETE FROM embedding_models")

    for table, columns in TABLES.items():
        data = copy_out(mended_files, f"SELECT {columns} FROM {table}", file_format)
        copy_in(client, f"{table} ({columns})", data, file_format)

    client.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # Adding messages has moved this one.
    compared = TABLES | {"conversations": TABLES["conversations"].replace(" updated_at,", "")}
    for table, columns in compared.items():
        query = f"SELECT {columns} FROM {table} ORDER BY 1"
        assert client.execute(query).fetchall() == mended_files.execute(query).fetchall(), table
    query = "SELECT total_messages, total_tokens, avg_response_time FROM conversation_stats"
    assert client.execute(query).fetchall() == [(3, 6, 0.5)]


@pytest.mark.parametrize("file_format", ["text", "csv"])
def test_defaults_are_applied(client: Client, file_format: str) -> None:
    copy_in(client, "users (username)", b"ada\n", file_format)

    query = "SELECT is_active, preferences, created_at = now(), password FROM users"
    assert client.execute(f"{query} WHERE username = 'ada'").fetchall() == [(True, {}, True, "!")]


def test_messages_are_counted(client: Client) -> None:
    key = rows.conversation(client, updated_at="2020-01-01")

    copy_in(
        client, "messages (conversation_id, role, content)", f"{key}\tuser\tHello\n".encode() * 3
    )

    query = "SELECT total_messages FROM conversation_stats WHERE conversation_id = %s"
    assert rows.scalar(client, query, [key]) == 3
    query = "SELECT updated_at = now() FROM conversations WHERE id = %s"
    assert rows.scalar(client, query, [key]) is True


@pytest.mark.parametrize("file_format", FORMATS)
def test_vectors_go_out_and_in(client: Client, file_format: str) -> None:
    columns = "title, content, embedding_vector, embedding_model_id"
    rows.insert(client, "knowledge_base", title="T", content="C", embedding_vector=[0.5] * 384)
    data = copy_out(client, f"SELECT {columns} FROM knowledge_base", file_format)

    copy_in(client, f"knowledge_base ({columns})", data, file_format)

    query = "SELECT DISTINCT embedding_vector::real[] FROM knowledge_base"
    assert client.execute(query).fetchall() == [([0.5] * 384,)]


def test_vectors_name_the_default_model(client: Client) -> None:
    vector = f"[{','.join(['0.5'] * 384)}]"

    copy_in(
        client, "knowledge_base (title, content, embedding_vector)", f"T\tC\t{vector}\n".encode()
    )

    query = "SELECT name FROM embedding_models WHERE id IN (SELECT embedding_model_id FROM {})"
    assert rows.scalar(client, query.format("knowledge_base")) == "all-MiniLM-L6-v2"


def test_bad_rows_are_refused_by_name(client: Client) -> None:
    key = rows.conversation(client)

    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        copy_in(client, "messages (conversation_id, role, content)", f"{key}\trobot\tHi\n".encode())

    assert refused.value.diag.constraint_name == "messages_role_check"
