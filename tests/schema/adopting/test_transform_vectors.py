"""Vectors made of arrays: their models, the default one, and the arrays that are kept."""

import pytest
from django.core.management.base import CommandError
from django.db.utils import IntegrityError

from assistant.schema.adopting.transforming import ARRAYS
from tests.schema.adopting.comparing import assert_same_catalog, comparable
from tests.schema.adopting.old_databases import MODEL, adopt, build, models, read_table

DEFAULT = "SELECT name FROM embedding_models WHERE is_default"
VECTORS = "SELECT right(id::text, 1), right(embedding_model_id::text, 1) FROM {} ORDER BY 1"


def test_each_vector_names_the_model_of_its_size(client, blank):
    build(client, 3)

    adopt(blank, 3)

    vectors = client.execute(VECTORS.format("conversation_embeddings")).fetchall()
    assert vectors == [("1", "3"), ("2", "3"), ("3", "2")]
    documents = client.execute(VECTORS.format("knowledge_base")).fetchall()
    assert documents == [("1", None), ("2", "2")]


def test_the_model_of_most_vectors_is_the_default(client, blank):
    build(client, 3)
    client.execute("DELETE FROM knowledge_base")

    adopt(blank, 3)

    assert client.execute(DEFAULT).fetchall() == [("three",)]
    client.execute(
        "INSERT INTO knowledge_base (title, content, embedding_vector) VALUES ('', '', '[1,2,3]')"
    )


def test_without_vectors_it_is_that_of_the_files(client, blank):
    build(client, 3)
    client.execute("TRUNCATE conversation_embeddings, knowledge_base")

    adopt(blank, 3, models={})

    assert client.execute(DEFAULT).fetchall() == [("all-MiniLM-L6-v2",)]


def test_without_any_model_it_is_made(client, blank):
    build(client, 3)
    client.execute("TRUNCATE conversation_embeddings, knowledge_base, embedding_models")

    adopt(blank, 3, models={})

    assert client.execute(DEFAULT).fetchall() == [("all-MiniLM-L6-v2",)]


def test_the_words_of_documents_are_found(client, blank):
    build(client, 3)

    adopt(blank, 3)

    query = "SELECT title FROM knowledge_base WHERE content_search @@ to_tsquery('cat')"
    assert client.execute(query).fetchall() == [("",)]


def test_arrays_are_kept_as_they_are(client, blank):
    build(client, 3)
    before = {table: read_table(client, table) for table in ARRAYS}

    summary = adopt(blank, 3, keep_arrays=True)

    assert summary.arrays == {"conversation_embeddings_arrays": 3, "knowledge_base_arrays": 1}
    for table, kept in ARRAYS.items():
        assert read_table(client, kept) == {
            key: {"id": key, "embedding_vector": row["embedding_vector"]}
            for key, row in before[table].items()
            if row["embedding_vector"] is not None
        }


def test_without_arrays_there_is_no_table_for_them(client, blank):
    build(client, 3)

    summary = adopt(blank, 3)

    assert summary.arrays == {}
    for kept in ARRAYS.values():
        assert client.execute("SELECT to_regclass(%s)", [kept]).fetchone() == (None,)


@pytest.mark.parametrize(
    "wrong, text",
    [
        ({2: MODEL.format(3)}, "for vectors of 2 dimensions has 3 dimensions"),
        ({2: MODEL.format(9)}, "for vectors of 2 dimensions is not there"),
    ],
)
def test_a_model_of_another_size_is_refused(wrong, text, client, blank):
    build(client, 3)
    before = comparable(client)

    with pytest.raises(CommandError, match=text):
        adopt(blank, 3, models={**models(3), **wrong})

    assert_same_catalog(comparable(client), before)


def test_a_size_without_a_model_is_refused(client, blank):
    build(client, 3)

    with pytest.raises(IntegrityError, match="embedding_model_id"):
        adopt(blank, 3, models={3: MODEL.format(3)})


def test_a_document_of_a_size_without_a_model_is_refused(client, blank):
    build(client, 3)
    client.execute("DELETE FROM conversation_embeddings")

    with pytest.raises(CommandError, match="knowledge_base with 2 dimensions"):
        adopt(blank, 3, models={3: MODEL.format(3)})
