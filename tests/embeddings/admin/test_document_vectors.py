"""What the pages of documents tell of their vectors."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.models import KnowledgeDocument
from tests import factories
from tests.db.admin.pages import page
from tests.embeddings.admin.test_knowledge import LIST, new_document


def make_embedded(**fields: Any) -> KnowledgeDocument:
    """Return a document with a vector that is easily recognised."""
    model = factories.make_embedding_model(name="tiny")
    vector = {"embedding_model": model, "embedding_vector": [0.123456, 2.0, 3.0]}
    return factories.make_document(**{**vector, **fields})


def test_the_vector_is_neither_fetched_nor_shown(root: Client, viewer: Client) -> None:
    document = make_embedded(tags=["a"])
    addresses = [LIST, f"{LIST}?tags__exact=a", f"{LIST}?q=words"]
    addresses += [page(document, name) for name in ("change", "history", "delete")]

    for client in (root, viewer):
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address)
            assert "0.1234" not in response.text
            for query in queries:
                sql = query["sql"].replace('"embedding_vector" IS NOT NULL', "")
                sql = sql.replace('vector_dims("knowledge_base"."embedding_vector")', "")
                assert '"embedding_vector"' not in sql


def test_what_is_known_of_the_vector(root: Client, viewer: Client) -> None:
    document = make_embedded()
    model = page(document.embedding_model, "change")

    for client in (root, viewer):
        text = client.get(page(document, "change")).text
        assert re.search(rf'href="{model}[^"]*">tiny</a>', text)
        assert re.search(r"Dimension:</label>\s*<div[^>]*>3</div>", text)


def test_a_document_without_a_vector_has_no_dimension(root: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        text = root.get(page(factories.make_document(), "change")).text

    assert re.search(r"Dimension:</label>\s*<div[^>]*>-</div>", text)
    assert not [query for query in queries if "vector_dims" in query["sql"]]


def test_the_model_of_the_vector_stays(root: Client) -> None:
    document = make_embedded()
    other = factories.make_embedding_model()

    data = new_document(title="New", embedding_model=other.pk, embedding_vector="[1,1,1]")
    root.post(page(document, "change"), data)

    document.refresh_from_db()
    assert document.title == "New"
    assert document.embedding_model.name == "tiny"
    assert list(document.embedding_vector) == pytest.approx([0.123456, 2.0, 3.0])
