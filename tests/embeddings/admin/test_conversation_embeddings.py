"""Embeddings of conversations in the admin site."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.models import ConversationEmbedding
from tests import factories
from tests.db.admin.pages import page

LIST = "/admin/assistant_embeddings/conversationembedding/"


def test_the_vector_is_neither_fetched_nor_shown(root: Client) -> None:
    embedding = factories.make_embedding(embedding_vector=[0.123456, 2.0, 3.0])

    for address in (LIST, page(embedding, "change"), page(embedding, "history")):
        with CaptureQueriesContext(connection) as queries:
            response = root.get(address)
        assert "0.1234" not in response.text
        assert not [query for query in queries if "embedding_vector" in query["sql"]]


def test_nothing_is_edited_even_by_a_superuser(root: Client) -> None:
    embedding = factories.make_embedding()
    chosen = {"action": "delete_selected", "_selected_action": str(embedding.pk), "post": "yes"}

    shown = root.get(page(embedding, "change"))

    assert 'type="submit" value="Save"' not in shown.text
    assert "deletelink" not in shown.text
    assert root.post(page(embedding, "change"), {"chunk_text": "x"}).status_code == 403
    assert root.post(page(embedding, "delete"), {"post": "yes"}).status_code == 403
    root.post(LIST, chosen)
    assert ConversationEmbedding.objects.get().chunk_text == "Hello"


@pytest.mark.parametrize("text", ["running", "key", "conversation", "message"])
def test_search_by_words_and_keys(root: Client, text: str) -> None:
    message = factories.make_message()
    found = factories.make_embedding(
        conversation=message.conversation, message=message, chunk_text="They ran and run"
    )
    factories.make_embedding()
    keys = {
        "key": found.pk,
        "conversation": found.conversation_id,
        "message": found.message_id,
    }

    with CaptureQueriesContext(connection) as queries:
        response = root.get(LIST, {"q": str(keys.get(text, text))})

    assert list(response.context["cl"].result_list) == [found]
    assert text in keys or any('"chunk_search" @@' in query["sql"] for query in queries)


def test_the_message_is_linked_without_being_fetched(root: Client) -> None:
    message = factories.make_message()
    embedding = factories.make_embedding(conversation=message.conversation, message=message)

    with CaptureQueriesContext(connection) as queries:
        text = root.get(page(embedding, "change")).text

    assert f'href="{page(message, "change")}"' in text
    assert not [query for query in queries if 'FROM "messages"' in query["sql"]]


def test_a_large_text_is_shown_in_part(root: Client) -> None:
    embedding = factories.make_embedding(chunk_text="word " * 300_000)

    response = root.get(page(embedding, "change"))

    assert "1,500,000 bytes" in response.text
    assert len(response.content) < 50_000


def test_the_dimension_is_shown_and_not_asked_of_the_vector(root: Client) -> None:
    model = factories.make_embedding_model(dimension=1024)
    embedding = factories.make_embedding(embedding_model=model)

    with CaptureQueriesContext(connection) as queries:
        text = root.get(page(embedding, "change")).text

    assert re.search(r">Dimension:</label>\s*<div[^>]*>1,024</div>", text)
    assert not [query for query in queries if "vector_dims" in query["sql"]]
