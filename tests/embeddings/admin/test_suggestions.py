"""Values that the form of a document suggests."""

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.models import KnowledgeDocument
from tests import factories
from tests.db.admin.pages import page
from tests.embeddings.admin.test_knowledge import new_document


def suggestions(text: str, name: str) -> list[str]:
    """Return what the input of a column suggests."""
    assert f'list="id_{name}_suggestions"' in text
    [options] = re.findall(rf'<datalist id="id_{name}_suggestions">(.*?)</datalist>', text)
    return re.findall(r'value="([^"]*)"', options)


def test_known_values_are_suggested_and_others_taken(root: Client) -> None:
    factories.make_document(content_type="markdown", language="en")
    factories.make_document(content_type="<b>", language="")
    document = factories.make_document()

    for address in (page(document, "change"), page(KnowledgeDocument, "add")):
        text = root.get(address).text
        assert suggestions(text, "content_type") == ["&lt;b&gt;", "markdown", "text"]
        assert suggestions(text, "language") == ["en"]
    root.post(page(document, "change"), new_document(content_type="new", language="eo"))

    document.refresh_from_db()
    assert (document.content_type, document.language) == ("new", "eo")


def test_suggestions_are_bounded_and_found_through_the_index(root: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO knowledge_base (title, content, language) "
            "SELECT 'x', 'x', 'l' || i FROM generate_series(1, 60) AS i"
        )

    with CaptureQueriesContext(connection) as queries:
        text = root.get(page(KnowledgeDocument, "add")).text

    assert len(suggestions(text, "language")) == 50
    assert len([query for query in queries if "RECURSIVE" in query["sql"]]) == 2
    assert not [query for query in queries if "DISTINCT" in query["sql"]]


def test_those_who_only_look_get_no_suggestions(viewer: Client) -> None:
    document = factories.make_document(content_type="markdown")

    text = viewer.get(page(document, "change")).text

    assert "<datalist" not in text
    assert "markdown" in text
