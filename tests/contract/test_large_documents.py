"""Documents larger than a search vector can be."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from assistant.embeddings.models import KnowledgeDocument
from tests import factories
from tests.contract import rows

Client = psycopg.Connection[Any]


def different_words(count: int) -> str:
    """Return a text without a word that it has twice."""
    return " ".join(f"vocabulary{number}" for number in range(count))


def test_20_mb_are_stored_and_found(client: Client) -> None:
    text = "opening " + "The quick brown fox jumps over the lazy dog. " * 465_000
    assert len(text) > 20_000_000
    key = rows.insert(client, "knowledge_base", title="Large", content=text)

    query = """
        SELECT id, octet_length(content) FROM knowledge_base
        WHERE content_search @@ to_tsquery('english', 'opening & jumping')
    """

    assert client.execute(query).fetchall() == [(key, len(text))]


@pytest.mark.django_db
class TestThroughTheModel:
    def test_60_000_different_words_are_stored_and_found(self) -> None:
        text = different_words(60_000)
        document = factories.make_document(content=text)
        factories.make_document(content="Something else")

        assert list(KnowledgeDocument.objects.matching("vocabulary10")) == [document]
        assert list(KnowledgeDocument.objects.ranked("vocabulary10 -missing")) == [document]
        assert KnowledgeDocument.objects.get(pk=document.pk).content == text

    def test_what_does_not_fit_is_the_end(self) -> None:
        factories.make_document(content=different_words(60_000))

        found = [
            KnowledgeDocument.objects.matching(f"vocabulary{number}").exists()
            for number in (0, 30_000, 59_999)
        ]

        assert found == [True, True, False]

    @pytest.mark.parametrize("method", ["matching", "ranked"])
    def test_search_uses_the_index(self, method: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")

        plan = getattr(KnowledgeDocument.objects, method)("word").explain()

        assert "Bitmap Index Scan on idx_knowledge_base_content_fts" in plan
