"""The statistics of searches in the admin site."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.models import SearchLexeme
from tests import factories
from tests.db.admin.pages import page

pytestmark = pytest.mark.django_db

STATISTICS = "/admin/assistant_embeddings/searchstatistics/"
LEXEMES = "/admin/assistant_embeddings/searchlexeme/"
CHANGES = "/admin/assistant_embeddings/searchchange/"


def found(client: Client, **query: Any) -> list[str]:
    return [row.lexeme for row in client.get(LEXEMES, query).context["cl"].result_list]


def test_words_by_their_beginning(root: Client) -> None:
    model = factories.make_embedding_model(name="mine")
    for lexeme in ("refund", "refus", "re", "50%_off", "a<b>"):
        factories.make_search_lexeme(embedding_model=model, lexeme=lexeme)
    other = factories.make_search_lexeme(lexeme="refund", source="documents")

    assert sorted(found(root, q="REFU")) == ["refund", "refund", "refus"]
    assert found(root, q="refu", embedding_model__id__exact=model.pk) == ["refund", "refus"]
    assert found(root, q="refu", source__exact="documents") == ["refund"]
    assert found(root, q=str(model.pk)) == ["50%_off", "a<b>", "re", "refund", "refus"]
    assert found(root, q="50%_") == ["50%_off"]
    assert found(root, q="%") == found(root, q="\\") == []
    assert found(root, source__exact="documents") == [other.lexeme]
    assert "a&lt;b&gt;" in root.get(LEXEMES).content.decode()


def test_wrong_addresses(root: Client) -> None:
    for _ in range(2):
        factories.make_embedding_model()

    for wrong in ({"source__exact": "\0"}, {"embedding_model__id__exact": "x"}):
        assert root.get(LEXEMES, wrong).status_code == 302


def test_an_index_serves_the_list_and_its_search(root: Client) -> None:
    model = factories.make_embedding_model()
    lexemes = (f"word{number}" for number in range(3_000))
    SearchLexeme.objects.bulk_create(
        SearchLexeme(embedding_model=model, source="messages", lexeme=lexeme, passages=1)
        for lexeme in lexemes
    )
    key = "search_lexemes_model_id_source_lexeme_key"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_lexemes")
        for query in ({}, {"q": "word12"}):
            with CaptureQueriesContext(connection) as queries:
                assert root.get(LEXEMES, query).status_code == 200
            asked = [each["sql"] for each in queries if 'FROM "search_lexemes"' in each["sql"]]
            [sql] = [
                each
                for each in asked
                if ("LIKE" in each if query else "ORDER BY" in each and "COUNT(" not in each)
            ]
            cursor.execute("EXPLAIN " + sql)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert key in plan, plan
            if query:
                assert "word13" in plan, plan  # ends there
            else:
                assert "Sort" not in plan, plan


def test_statistics_tell_the_mean(root: Client) -> None:
    row = factories.make_search_statistics(passages=3, bytes=10)

    for address in (STATISTICS, page(row, "change")):
        text = root.get(address).content.decode()
        assert "3 bytes" in text
        assert row.embedding_model.name in text


def test_a_model_that_is_gone(root: Client) -> None:
    gone = uuid4()
    row = factories.make_search_statistics(embedding_model_id=gone, embedding_model=None)

    for address in (STATISTICS, page(row, "change")):
        assert str(gone) in root.get(address).content.decode()


def test_a_change_shows_its_first_words(root: Client) -> None:
    many = [f"word{number}" for number in range(300)]
    row = factories.make_search_change(lexemes=many, counts=[-2] * 300)
    empty = factories.make_search_change(lexemes=[], counts=[])

    assert [each.pk for each in root.get(CHANGES).context["cl"].result_list] == [empty.pk, row.pk]
    text = root.get(page(row, "change")).content.decode()
    assert "word0 -2, word1 -2" in text
    assert "word199 -2" in text
    assert "word200" not in text
    assert "300" in text
    assert root.get(page(empty, "change")).status_code == 200
