"""Tags: edited one a line or as chips, shown as links that filter."""

import os
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.forms import MAX_TAG_BYTES
from assistant.embeddings.models import KnowledgeDocument
from tests import factories
from tests.db.admin.pages import errors, page

LIST = "/admin/assistant_embeddings/knowledgedocument/"
# Random letters: PostgreSQL cannot compress them.
NOISE = os.urandom(MAX_TAG_BYTES * 2).hex()


def save(client: Client, document: KnowledgeDocument, tags: str, **fields: Any) -> Any:
    data = {"title": "Manual", "content": "Words", "content_type": "text", "tags": tags}
    return client.post(page(document, "change"), {**data, **fields})


def chips(client: Client) -> list[tuple[str, str]]:
    """Return the texts and addresses of the chips in the list."""
    found = re.findall(
        r'<a class="assistant-tag" href="([^"]*)">([^<]*)</a>', client.get(LIST).text
    )
    return [(unescape(text), unescape(address)) for address, text in found]


def test_the_text_area_works_alone_and_names_its_script(root: Client) -> None:
    document = factories.make_document(tags=["a", "b, c"])

    text = root.get(page(document, "change")).text

    assert re.search(r"<textarea[^>]*data-assistant-tags[^>]*>\s*a\nb, c</textarea>", text)
    for name in ("tags.js", "tags.css"):
        assert f'/static/assistant_embeddings/{name}"' in text
        assert finders.find(f"assistant_embeddings/{name}")


def test_a_thousand_tags(root: Client) -> None:
    document = factories.make_document()
    tags = [f"tag {number}" for number in range(1000)]

    response = save(root, document, "\r\n".join(tags + tags))

    assert response.status_code == 302
    document.refresh_from_db()
    assert document.tags == tags
    assert len(chips(root)) == 8
    assert "and 992 more" in root.get(LIST).text


def test_a_tag_that_the_index_cannot_hold_is_an_error_of_the_field(root: Client) -> None:
    document = factories.make_document(tags=["old"])

    response = save(root, document, f"good\n{NOISE}")

    [message] = errors(response)["tags"]
    assert f"has {len(NOISE):,} bytes" in message
    assert "takes 2,000" in message
    document.refresh_from_db()
    assert document.tags == ["old"]


def test_the_largest_tag_is_stored_and_found(root: Client) -> None:
    document = factories.make_document()
    tag = NOISE[:MAX_TAG_BYTES]

    assert save(root, document, tag).status_code == 302
    response = root.get(LIST, {"tags__exact": tag})

    assert list(response.context["cl"].result_list) == [document]


def test_larger_tags_that_sql_stored_stay_beside_new_ones(root: Client) -> None:
    large = "x" * 5000
    document = factories.make_document(tags=[large])

    assert save(root, document, large, title="New").status_code == 302
    assert save(root, document, f"{large}\nnew").status_code == 302

    document.refresh_from_db()
    assert document.tags == [large, "new"]


def test_chips_link_to_the_documents_with_the_tag(root: Client, viewer: Client) -> None:
    tags = ["plain", "b, c", "a&b=c?#%", "<script>", '"quoted"', "{x}", "späß", " spaced "]
    document = factories.make_document(tags=tags)
    factories.make_document(tags=["other"])

    for client in (root, viewer):
        found = [chip for chip in chips(client) if chip[0] != "other"]
        assert [text for text, _address in found] == tags
        for _text, address in found:
            assert list(client.get(address).context["cl"].result_list) == [document]


def test_long_tags_are_cut_and_those_that_fit_no_address_are_not_linked(root: Client) -> None:
    factories.make_document(tags=["a" * 100, "b" * 5000])

    [(text, address)] = chips(root)

    assert text == "a" * 39 + "…"
    assert address.endswith("a" * 100)
    assert "b" * 39 + "…" in root.get(LIST).text
    assert "b" * 41 not in root.get(LIST).text


@pytest.mark.parametrize(
    "tags, expected",
    [
        ("ARRAY[['a', 'b'], ['c', 'd']]", ["a", "b", "c", "d"]),
        ("ARRAY[NULL, 'a']", ["a"]),
        ("'[5:6]={a,b}'::text[]", ["a", "b"]),
        ("ARRAY['', 'a']", ["", "a"]),
    ],
    ids=["two-dimensional", "null", "numbered-from-5", "empty"],
)
def test_tags_that_only_sql_writes_are_chips_too(
    root: Client, tags: str, expected: list[str]
) -> None:
    document = factories.make_document()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE knowledge_base SET tags = {tags}")

    found = chips(root)

    assert [text for text, _address in found] == expected
    for _text, address in found:
        assert list(root.get(address).context["cl"].result_list) == [document]


def test_the_list_fetches_the_first_tags_only(root: Client) -> None:
    factories.make_document(tags=["x" * 100_000] * 20)

    response = root.get(LIST)

    [row] = response.context["cl"].result_list
    assert "tags" not in row.__dict__
    assert sum(map(len, row.tags_start)) < 5_000
    assert len(response.content) < 60_000


def test_the_filter_is_shown_while_it_is_used_only(root: Client) -> None:
    factories.make_document(tags=["a"])

    def titles(**query: str) -> list[str]:
        return [str(spec.title) for spec in root.get(LIST, query).context["cl"].filter_specs]

    assert "tags" not in titles()
    assert "tags" in titles(tags__exact="a")


@pytest.mark.parametrize("text", ["", " ", "nothing", "{", "'", '"', "x" * 20_000, "%", "\\"])
def test_any_tag_can_be_asked_for(root: Client, text: str) -> None:
    factories.make_document(tags=["a"])

    response = root.get(LIST, {"tags__exact": text})

    assert response.status_code == 200
    assert not response.context["cl"].result_list


@pytest.mark.parametrize("lookup", ["contains", "overlap", "len", "0", "contained_by"])
def test_nothing_else_can_be_asked_of_tags(root: Client, lookup: str) -> None:
    assert root.get(LIST, {f"tags__{lookup}": "a"}).status_code == 400


def test_a_tag_is_found_through_the_index(root: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO knowledge_base (title, content, tags) "
            "SELECT 'x', 'x', ARRAY['t' || i] FROM generate_series(1, 5000) AS i"
        )
        cursor.execute("ANALYZE knowledge_base")
    with CaptureQueriesContext(connection) as queries:
        root.get(LIST, {"tags__exact": "t7"})
    asked = [query["sql"] for query in queries if '"tags" @>' in query["sql"]]

    assert len(asked) == 2  # the count and the page
    for sql in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (COSTS OFF) {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Bitmap Index Scan on idx_knowledge_base_tags" in plan
