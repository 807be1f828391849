"""Repairs 2, 6 and 12 of the SQL files: hashes and full-text search."""

import hashlib
from typing import Any

import psycopg
import pytest

from tests.contract import rows

Client = psycopg.Connection[Any]

MANY_WORDS = "SELECT string_agg('vocabulary' || i, ' ') FROM generate_series(1, 60000) AS i"


def test_2_content_hash(files: Client, client: Client) -> None:
    with pytest.raises(psycopg.errors.UndefinedFunction, match=r"digest\(text, unknown\)"):
        files.execute("SELECT generate_content_hash('x')")

    found = rows.scalar(client, "SELECT generate_content_hash(%s)", ["naïve ☃"])

    assert found == hashlib.sha256("naïve ☃".encode()).hexdigest()


def test_2_content_hash_of_null_is_null(client: Client) -> None:
    assert rows.scalar(client, "SELECT generate_content_hash(NULL)") is None


def test_2_content_hash_can_be_indexed(files: Client, client: Client) -> None:
    index = "CREATE INDEX ON knowledge_base (generate_content_hash(content))"
    with pytest.raises(psycopg.errors.InvalidObjectDefinition, match="IMMUTABLE"):
        files.execute(index)

    client.execute(index)

    rows.insert(client, "knowledge_base", title="Manual", content="Words")
    query = "SELECT title FROM knowledge_base WHERE generate_content_hash(content) = %s"
    assert rows.scalar(client, query, [hashlib.sha256(b"Words").hexdigest()]) == "Manual"


@pytest.mark.parametrize(
    "table,column,words",
    [
        ("knowledge_base", "content", "content_search"),
        ("conversation_embeddings", "chunk_text", "chunk_search"),
    ],
    ids=["documents", "chunks"],
)
def test_6_many_different_words_are_stored_and_found(
    files: Client, client: Client, table: str, column: str, words: str
) -> None:
    def store(database_client: Client) -> None:
        row: dict[str, Any] = {column: rows.scalar(database_client, MANY_WORDS)}
        if table == "knowledge_base":
            row |= {"title": "Dictionary"}
        else:
            key = rows.conversation(database_client)
            row |= {"conversation_id": key, "content_hash": "", "embedding_vector": [1.0] * 384}
        rows.insert(database_client, table, **row)

    with pytest.raises(psycopg.errors.ProgramLimitExceeded, match="too long for tsvector"):
        store(files)

    store(client)

    # The files' own query, and that of the stored words.
    for vector in (f"to_tsvector('english', left({column}, 1000))", words):
        query = (
            f"SELECT count(*) FROM {table} WHERE {vector} @@ to_tsquery('english', 'vocabulary77')"
        )
        assert rows.scalar(client, query) == 1


def plan(client: Client, query: str) -> str:
    """Return how a query would run if reading whole tables were out of the question."""
    client.execute("SET LOCAL enable_seqscan = off")
    return "\n".join(line for (line,) in client.execute(f"EXPLAIN {query}"))


def test_12_search_uses_the_index(files: Client, client: Client) -> None:
    # What Django's SearchVector makes of the files' table: no index has this expression.
    vector = "to_tsvector('english', COALESCE(content, ''))"
    query = f"SELECT id FROM knowledge_base WHERE {vector} @@ websearch_to_tsquery('english', 'x')"
    assert "idx_knowledge_base_content_fts" not in plan(files, query)

    query = query.replace(vector, "content_search")
    assert "Bitmap Index Scan on idx_knowledge_base_content_fts" in plan(client, query)


def test_12_stored_words_follow_the_text(client: Client) -> None:
    key = rows.insert(client, "knowledge_base", title="Manual", content="a running dog")

    client.execute("UPDATE knowledge_base SET content = 'a sleeping cat' WHERE id = %s", [key])

    query = "SELECT content_search::text FROM knowledge_base WHERE id = %s"
    assert rows.scalar(client, query, [key]) == "'cat':3 'sleep':2"


def test_12_stored_words_are_nobodys_to_write(client: Client) -> None:
    with pytest.raises(psycopg.errors.GeneratedAlways):
        client.execute(
            "INSERT INTO knowledge_base (title, content, content_search) VALUES ('a', 'b', '')"
        )
