"""The passages of documents in the admin site."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.models import KnowledgeChunk, KnowledgeDocument
from tests import factories
from tests.db.admin.pages import log_of, notices, page
from tests.embeddings.admin.test_knowledge import new_document
from tests.embeddings.admin.test_queue import make_failed

LIST = "/admin/assistant_embeddings/knowledgechunk/"
DOCUMENTS = "/admin/assistant_embeddings/knowledgedocument/"


def fail(document: KnowledgeDocument) -> None:
    """Let a document fail, as a worker does."""
    make_failed(document=document)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL assistant.embeds = 'on'")
        KnowledgeDocument.objects.filter(pk=document.pk).update(
            status="failed", last_error="<b>NaN</b> from https://ada:hunter2@host/"
        )
        cursor.execute("SET LOCAL assistant.embeds = ''")


def test_the_vector_is_neither_fetched_nor_shown(root: Client) -> None:
    chunk = factories.make_chunk(embedding_vector=[0.123456, 2.0, 3.0])

    for address in (LIST, page(chunk, "change"), page(chunk, "history")):
        with CaptureQueriesContext(connection) as queries:
            text = root.get(address).text
        assert "0.1234" not in text
        for query in queries:
            assert '"embedding_vector",' not in query["sql"]
            assert '"content"' not in query["sql"]


def test_a_document_leads_to_its_chunks_in_order(root: Client) -> None:
    document = factories.make_document(content="One. Two. Three.")
    model = factories.make_embedding_model()
    for index in (2, 0, 1):
        factories.make_chunk(document=document, embedding_model=model, chunk_index=index)
    factories.make_chunk()

    text = root.get(page(document, "change")).text
    address = f"{LIST}?document__exact={document.pk}"
    found = root.get(address).context["cl"].result_list

    assert f'<a href="{address}">3 knowledge chunks</a>' in text
    assert [chunk.chunk_index for chunk in found] == [0, 1, 2]


@pytest.mark.parametrize("by", ["word", "key", "document"])
def test_search(root: Client, by: str) -> None:
    chunk = factories.make_chunk(chunk_text="They ran and run")
    factories.make_chunk()
    texts = {"word": "running", "key": str(chunk.pk), "document": str(chunk.document_id)}

    response = root.get(LIST, {"q": texts[by]})

    assert list(response.context["cl"].result_list) == [chunk]


def test_place_and_owner(root: Client) -> None:
    owner = factories.make_user(username="ada")
    shared = factories.make_chunk(start_offset=1000, end_offset=2000)
    own = factories.make_chunk(document=factories.make_document(owner=owner))

    assert "characters 1,000 to 2,000" in root.get(page(shared, "change")).text
    assert "everybody" in root.get(page(shared, "change")).text
    assert f'<a href="{page(owner, "change")}">ada</a>' in root.get(page(own, "change")).text


def test_offsets_and_user_of_an_embedding(root: Client) -> None:
    embedding = factories.make_embedding(start_offset=3, end_offset=8)

    text = root.get(page(embedding, "change")).text

    user = embedding.conversation.user
    assert "characters 3 to 8" in text
    assert f'<a href="{page(user, "change")}">{user.username}</a>' in text


def test_nothing_is_edited(root: Client) -> None:
    chunk = factories.make_chunk()

    assert root.post(page(chunk, "change"), {"chunk_text": "x"}).status_code == 403
    assert root.post(page(chunk, "delete"), {"post": "yes"}).status_code == 403
    assert KnowledgeChunk.objects.get().chunk_text == "Words"


def test_documents_by_owner_and_state(root: Client) -> None:
    owner = factories.make_user(username="<b>ada</b>")
    own = factories.make_document(owner=owner)
    fail(own)
    factories.make_document()

    for query in ({"owner__exact": owner.pk}, {"status__exact": "failed"}):
        response = root.get(DOCUMENTS, query)
        assert list(response.context["cl"].result_list) == [own]
    assert "&lt;b&gt;ada&lt;/b&gt;</a>" in response.text
    assert root.get(DOCUMENTS, {"owner__exact": "word"}).status_code == 302


def test_the_owner_is_edited(root: Client) -> None:
    owner = factories.make_user()
    document = factories.make_document()

    root.post(page(document, "change"), new_document(owner=owner.pk))
    document.refresh_from_db()
    assert document.owner == owner

    root.post(page(document, "change"), new_document(owner=""))
    document.refresh_from_db()
    assert document.owner is None


def test_the_error_of_a_document_is_shown_to_readers(viewer: Client) -> None:
    document = factories.make_document()
    fail(document)

    text = viewer.get(page(document, "change")).text

    assert "&lt;b&gt;NaN&lt;/b&gt; from https://ada:" in text
    assert "hunter2" not in text
    assert "try again" not in text.lower()


@pytest.mark.parametrize("way", ["action", "button"])
def test_a_failed_document_is_tried_again(root: Client, way: str) -> None:
    document = factories.make_document(title="Manual")
    fail(document)

    if way == "action":
        data = {"action": "retry", "_selected_action": str(document.pk)}
        response = root.post(DOCUMENTS, data, follow=True)
    else:
        assert "Save and try again" in root.get(page(document, "change")).text
        data = new_document(title="Manual 2", content=document.content, _retry="1")
        response = root.post(page(document, "change"), data, follow=True)

    assert "1 text waits to be tried again." in notices(response)
    document.refresh_from_db()
    assert (document.status, document.last_error) == ("pending", None)
    assert document.title == ("Manual" if way == "action" else "Manual 2")
    assert "Tried again." in [entry.get_change_message() for entry in log_of(document)]
    assert "Save and try again" not in root.get(page(document, "change")).text
