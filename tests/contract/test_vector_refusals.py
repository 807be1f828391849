"""Vectors and embedding models that the database refuses."""

from typing import Any

import psycopg
import pytest

from tests.contract import rows

Client = psycopg.Connection[Any]

TABLES = ["conversation_embeddings", "knowledge_base", "knowledge_chunks"]
GOOD = [0.5] * 384


def insert(client: Client, table: str, **values: Any) -> Any:
    """Insert a row, with a vector of the default model unless told otherwise."""
    row: dict[str, Any] = {"title": "T", "content": "C"}
    if table == "conversation_embeddings":
        row = {"content_hash": "", "chunk_text": "C", "conversation_id": rows.conversation(client)}
    elif table == "knowledge_chunks":
        document = rows.insert(client, "knowledge_base", title="T", content="C")
        row = {"content_hash": "", "chunk_text": "C", "start_offset": 0, "end_offset": 1}
        row["document_id"] = document
    return rows.insert(client, table, **{**row, "embedding_vector": GOOD, **values})


def refusal(client: Client, statement: str, *parameters: Any) -> str | None:
    """Return the name of the constraint that refuses a statement."""
    with pytest.raises(psycopg.IntegrityError) as refused:
        client.execute(statement, parameters)
    return refused.value.diag.constraint_name


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("size", [1, 383, 385])
def test_a_wrong_size_is_refused(client: Client, table: str, size: int) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="expected 384 dimensions") as refused:
        insert(client, table, embedding_vector=[0.5] * size)

    assert refused.value.diag.constraint_name == f"{table}_embedding_vector_dimension_check"
    assert refused.value.diag.table_name == table
    assert refused.value.diag.column_name == "embedding_vector"


@pytest.mark.parametrize("table", TABLES)
def test_a_wrong_size_is_refused_in_an_update(client: Client, table: str) -> None:
    key = insert(client, table)

    update = f"UPDATE {table} SET embedding_vector = %s WHERE id = %s"
    assert refusal(client, update, [0.5], key) == f"{table}_embedding_vector_dimension_check"


@pytest.mark.parametrize("table", TABLES)
def test_a_model_of_another_size_is_refused(client: Client, table: str) -> None:
    key = insert(client, table)
    model = rows.insert(client, "embedding_models", name="three", dimension=3)

    update = f"UPDATE {table} SET embedding_model_id = %s WHERE id = %s"
    assert refusal(client, update, model, key) == f"{table}_embedding_vector_dimension_check"


@pytest.mark.parametrize("table", TABLES)
def test_zeros_are_refused(client: Client, table: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        insert(client, table, embedding_vector=[0.0] * 384)

    assert refused.value.diag.constraint_name == f"{table}_embedding_vector_check"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_refused(client: Client, table: str, value: str) -> None:
    with pytest.raises(psycopg.DataError, match="not allowed in vector"):
        insert(client, table, embedding_vector=[float(value)] + [0.5] * 383)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("value", [1e-30, 3e38])
def test_lengths_that_have_no_distance_are_refused(
    client: Client, table: str, value: float
) -> None:
    # Single precision: the cosine distance of the first to almost everything is 0, of the
    # second NaN.
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        insert(client, table, embedding_vector=[value] * 384)

    assert refused.value.diag.constraint_name == f"{table}_embedding_vector_check"


@pytest.mark.parametrize("table", TABLES)
def test_without_a_default_model_a_model_must_be_named(client: Client, table: str) -> None:
    client.execute("UPDATE embedding_models SET is_default = false")

    with pytest.raises(psycopg.errors.CheckViolation, match="none is the default") as refused:
        insert(client, table)

    assert refused.value.diag.constraint_name == f"{table}_embedding_model_id_check"


def test_a_document_without_a_vector_needs_no_model(client: Client) -> None:
    client.execute("DELETE FROM embedding_models")

    key = insert(client, "knowledge_base", embedding_vector=None)

    query = "SELECT embedding_model_id FROM knowledge_base WHERE id = %s"
    assert rows.scalar(client, query, [key]) is None


def test_a_chunk_without_a_vector_is_the_default_models(client: Client) -> None:
    key = insert(client, "knowledge_chunks", embedding_vector=None)

    query = """SELECT name FROM embedding_models AS m JOIN knowledge_chunks AS k
        ON m.id = k.embedding_model_id WHERE k.id = %s"""
    assert rows.scalar(client, query, [key]) == "all-MiniLM-L6-v2"
    client.execute("UPDATE embedding_models SET dimension = 2")
    update = "UPDATE knowledge_chunks SET embedding_vector = %s WHERE id = %s"
    assert refusal(client, update, GOOD, key) == "knowledge_chunks_embedding_vector_dimension_check"


def test_a_chunk_without_a_vector_needs_a_model(client: Client) -> None:
    client.execute("UPDATE embedding_models SET is_default = false")

    with pytest.raises(psycopg.errors.CheckViolation, match="none is the default") as refused:
        insert(client, "knowledge_chunks", embedding_vector=None)

    assert refused.value.diag.constraint_name == "knowledge_chunks_embedding_model_id_check"


@pytest.mark.parametrize("offsets", [(-1, 1), (2, 1)])
@pytest.mark.parametrize("table", ["conversation_embeddings", "knowledge_chunks"])
def test_impossible_offsets_are_refused(client: Client, table: str, offsets: Any) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        insert(client, table, start_offset=offsets[0], end_offset=offsets[1])

    assert refused.value.diag.constraint_name == f"{table}_offsets_check"


@pytest.mark.parametrize("table", TABLES)
def test_a_used_models_dimension_stays(client: Client, table: str) -> None:
    insert(client, table)

    update = "UPDATE embedding_models SET dimension = 768 WHERE is_default"
    assert refusal(client, update) == "embedding_models_dimension_in_use_check"


def test_an_unused_models_dimension_may_change(client: Client) -> None:
    # A document of the model, but without a vector.
    model = rows.scalar(client, "SELECT id FROM embedding_models")
    insert(client, "knowledge_base", embedding_vector=None, embedding_model_id=model)

    client.execute("UPDATE embedding_models SET dimension = 768")

    assert rows.scalar(client, "SELECT dimension FROM embedding_models") == 768


@pytest.mark.parametrize("table", TABLES)
def test_a_used_model_is_not_deleted(client: Client, table: str) -> None:
    insert(client, table)
    client.execute("DELETE FROM embedding_models")

    found = refusal(client, "SET CONSTRAINTS ALL IMMEDIATE")

    assert found == f"{table}_embedding_model_id_fkey"


def test_vectors_of_several_sizes_live_side_by_side(client: Client) -> None:
    for size in (384, 768, 1536, 3072):
        model = rows.insert(client, "embedding_models", name=f"of {size}", dimension=size)
        insert(client, "knowledge_base", embedding_vector=[0.5] * size, embedding_model_id=model)

    sizes = client.execute("SELECT vector_dims(embedding_vector) FROM knowledge_base ORDER BY 1")

    assert [size for (size,) in sizes] == [384, 768, 1536, 3072]
