"""FLOAT[] of the SQL files is a vector here."""

from typing import Any

import psycopg
import pytest

from tests.contract import rows

Client = psycopg.Connection[Any]


def test_lists_of_floats_become_vectors(client: Client) -> None:
    # As a driver sends them: a float8 array.
    client.execute("INSERT INTO embedding_models (name, dimension) VALUES ('three', 3)")

    found = client.execute(
        "INSERT INTO knowledge_base (title, content, embedding_vector, embedding_model_id)"
        " SELECT 'T', 'C', %s, id FROM embedding_models WHERE name = 'three'"
        " RETURNING embedding_vector::real[]",
        [[0.5, 0.25, -1.0]],
    )

    assert found.fetchone() == ([0.5, 0.25, -1.0],)


def test_vectors_name_the_default_model(client: Client) -> None:
    rows.insert(
        client,
        "conversation_embeddings",
        conversation_id=rows.conversation(client),
        content_hash="hash",
        chunk_text="Hello",
        embedding_vector=[0.5] * 384,
    )

    found = client.execute(
        "SELECT m.name FROM conversation_embeddings AS e"
        " JOIN embedding_models AS m ON m.id = e.embedding_model_id"
    )

    assert found.fetchall() == [("all-MiniLM-L6-v2",)]


def test_untyped_array_literals_are_refused(client: Client) -> None:
    # The one way of writing an array that a vector does not take: an error, never other numbers.
    with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="type vector"):
        client.execute(
            "INSERT INTO knowledge_base (title, content, embedding_vector)"
            " VALUES ('T', 'C', '{1,2,3}')"
        )
