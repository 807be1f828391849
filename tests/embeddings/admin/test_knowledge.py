"""The knowledge base in the admin site."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.conf import conf
from assistant.embeddings.models import KnowledgeDocument
from tests import factories
from tests.db.admin.pages import NUL, errors, log_of, page

LIST = "/admin/assistant_embeddings/knowledgedocument/"


def new_document(**fields: Any) -> dict[str, Any]:
    return {"title": "Manual", "content": "Words", "content_type": "text", "tags": "", **fields}


def test_a_document_is_added_and_logged(root: Client) -> None:
    response = root.post(page(KnowledgeDocument, "add"), new_document(source=""))

    assert response.status_code == 302
    document = KnowledgeDocument.objects.get()
    assert (document.title, document.content, document.source) == ("Manual", "Words", None)
    assert [entry.is_addition() for entry in log_of(document)] == [True]


@pytest.mark.parametrize(
    "fields, name",
    [
        pytest.param({"title": ""}, "title", id="no-title"),
        pytest.param({"title": "x" * 501}, "title", id="long-title"),
        pytest.param({"title": NUL}, "title", id="nul-in-title"),
        pytest.param({"content": ""}, "content", id="no-content"),
        pytest.param({"content": NUL}, "content", id="nul-in-content"),
        pytest.param({"content": "x" * (conf.MAX_FORM_BYTES + 1)}, "content", id="large-content"),
        pytest.param({"tags": f"good\n{NUL}"}, "tags", id="nul-in-tag"),
        pytest.param({"source": NUL}, "source", id="nul-in-source"),
        pytest.param({"source": "x" * 501}, "source", id="long-source"),
        pytest.param({"content_type": NUL}, "content_type", id="nul-in-type"),
        pytest.param({"content_type": ""}, "content_type", id="no-type"),
        pytest.param({"language": NUL}, "language", id="nul-in-language"),
        pytest.param({"file_extension": "x" * 51}, "file_extension", id="long-extension"),
        pytest.param({"file_hash": "x" * 65}, "file_hash", id="long-hash"),
        pytest.param({"file_hash": NUL}, "file_hash", id="nul-in-hash"),
        pytest.param({"file_size": "-1"}, "file_size", id="negative-size"),
        pytest.param({"file_size": "2147483648"}, "file_size", id="size-overflow"),
    ],
)
def test_what_the_form_refuses(root: Client, fields: dict[str, Any], name: str) -> None:
    response = root.post(page(KnowledgeDocument, "add"), new_document(**fields))

    assert list(errors(response)) == [name]
    assert not KnowledgeDocument.objects.exists()


def test_a_refusal_for_size_names_the_size_the_limit_and_the_way_out(root: Client) -> None:
    large = new_document(content="x" * (conf.MAX_FORM_BYTES + 1))

    response = root.post(page(KnowledgeDocument, "add"), large)

    [message] = errors(response)["content"]
    assert "1,048,577 bytes" in message
    assert "takes 1,048,576" in message
    assert "SQL" in message


def test_the_largest_content_is_stored_whatever_its_script(root: Client) -> None:
    content = "\u4e2d" * (conf.MAX_FORM_BYTES // 3)

    form = root.get(page(KnowledgeDocument, "add"))
    response = root.post(page(KnowledgeDocument, "add"), new_document(content=content))

    assert 'enctype="multipart/form-data"' in form.text
    assert "1,048,576" in form.text
    assert response.status_code == 302
    assert KnowledgeDocument.objects.get().content == content


@pytest.mark.parametrize(
    "text, tags",
    [
        ("", []),
        ("a\r\nb", ["a", "b"]),
        (" a \n\n a\nb, c ", ["a", "b, c"]),
        ('"quoted"\n{x}', ['"quoted"', "{x}"]),
    ],
    ids=["none", "lines", "blank-and-double", "signs"],
)
def test_tags_are_one_a_line(root: Client, text: str, tags: list[str]) -> None:
    document = factories.make_document(tags=["old"])

    response = root.post(page(document, "change"), new_document(tags=text))

    assert response.status_code == 302
    document.refresh_from_db()
    assert document.tags == tags


def test_unusual_tags_stay_until_they_are_edited(root: Client) -> None:
    document = factories.make_document()
    unusual = "ARRAY[' a', E'two\\nlines', NULL]"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE knowledge_base SET tags = {unusual}")

    shown = root.get(page(document, "change")).context["adminform"].form["tags"].value()
    data = new_document(title="New", tags=shown.replace("\n", "\r\n"))
    response = root.post(page(document, "change"), data)

    assert response.status_code == 302
    document.refresh_from_db()
    assert (document.title, document.tags) == ("New", [" a", "two\nlines", None])


@pytest.mark.parametrize("tags", ["ARRAY[['a', 'b'], ['c', 'd']]", "ARRAY[NULL]::text[]"])
def test_tags_that_only_sql_writes_are_shown(root: Client, viewer: Client, tags: str) -> None:
    document = factories.make_document()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE knowledge_base SET tags = {tags}")

    for client in (root, viewer):
        for address in (LIST, page(document, "change")):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("text", ["running", '"the dogs"', "cats or dogs", "dogs -birds", "key"])
def test_search_by_words_uses_the_full_text_index(root: Client, text: str) -> None:
    document = factories.make_document(content="Run with the dogs")
    factories.make_document(content="Birds")

    with CaptureQueriesContext(connection) as queries:
        response = root.get(LIST, {"q": str(document.pk) if text == "key" else text})

    assert list(response.context["cl"].result_list) == [document]
    assert text == "key" or any('"content_search" @@' in query["sql"] for query in queries)


@pytest.mark.parametrize("text", ["the", "!!!", "'", '"', "a" * 10_000, "a:*b & | !(", NUL, " "])
def test_any_search_is_answered(root: Client, text: str) -> None:
    factories.make_document()

    assert root.get(LIST, {"q": text}).status_code == 200


def test_a_document_too_large_for_the_form_is_shown_in_part_and_kept(
    root: Client, viewer: Client
) -> None:
    document = factories.make_document(content="word " * 300_000)

    with CaptureQueriesContext(connection) as queries:
        shown = [client.get(page(document, "change")) for client in (root, viewer)]
    response = root.post(page(document, "change"), new_document(title="New", content="short"))

    for answer in shown:
        assert "1,500,000 bytes" in answer.text
        assert len(answer.content) < 50_000
        assert 'name="content"' not in answer.text
    assert not [query for query in queries if '"knowledge_base"."content",' in query["sql"]]
    assert response.status_code == 302
    document.refresh_from_db()
    assert document.title == "New"
    assert len(document.content) == 1_500_000


@pytest.mark.parametrize(
    "size, text",
    [(None, "-"), (0, "0\xa0bytes"), (1_572_864, "1.5\xa0MB"), (2**31 - 1, "2.0\xa0GB")],
)
def test_the_size_of_the_file_is_readable(
    root: Client, viewer: Client, size: int | None, text: str
) -> None:
    document = factories.make_document(file_size=size)

    for client in (root, viewer):
        assert f'<td class="field-size">{text}</td>' in client.get(LIST).text
        shown = client.get(page(document, "change")).text
        assert re.search(rf">Size:</label>\s*<div[^>]*>{text}</div>", shown)


def test_the_last_change_of_the_overview_is_found_through_the_index(root: Client) -> None:
    index = "CREATE INDEX IF NOT EXISTS idx_knowledge_base_updated_at"
    with connection.cursor() as cursor:
        cursor.execute(f"{index} ON knowledge_base (updated_at DESC)")
        cursor.execute(
            "INSERT INTO knowledge_base (title, content, updated_at) "
            "SELECT 'x', 'x', now() - i * interval '1 minute' FROM generate_series(1, 5000) AS i"
        )
        cursor.execute("ANALYZE knowledge_base")
    with CaptureQueriesContext(connection) as queries:
        root.get("/admin/")
    [sql] = [query["sql"] for query in queries if "to_regclass" in query["sql"]]

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "using idx_knowledge_base_updated_at" in plan
