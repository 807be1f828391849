"""Ranking by words: the right rows, best first, bounded, whatever is filtered."""

from typing import Any

import pytest
from django.db import connection

from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeChunk
from assistant.embeddings.search import keywords
from assistant.embeddings.search.frequencies import forget_frequencies, frequencies_of
from assistant.embeddings.search.keywords import COLUMN, keyword_sql
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_frequencies() -> Any:
    forget_frequencies()
    yield
    forget_frequencies()


@pytest.fixture
def model() -> EmbeddingModel:
    return factories.make_embedding_model()


def store(model: EmbeddingModel, *texts: str, **fields: Any) -> list[KnowledgeChunk]:
    """Store passages of one document."""
    document = factories.make_document(**fields)
    return KnowledgeChunk.objects.bulk_create(
        KnowledgeChunk(
            document=document,
            embedding_model=model,
            chunk_index=number,
            chunk_text=text,
            content_hash="0" * 64,
            start_offset=0,
            end_offset=len(text),
        )
        for number, text in enumerate(texts)
    )


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE knowledge_chunks")


def found(question: str, limit: int = 100, rows: Any = None) -> list[str]:
    """Return the texts found, best first, by SQL; the QuerySet finds the same."""
    rows = KnowledgeChunk.objects.all() if rows is None else rows
    sql, parameters = keyword_sql(rows, question, limit=limit)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        keys = [key for key, _ in cursor.fetchall()]
    assert keys == [row.pk for row in rows.answering(question)[:limit]]
    texts = dict(KnowledgeChunk.objects.filter(pk__in=keys).values_list("pk", "chunk_text"))
    return [texts[key] for key in keys]


def test_any_word_is_enough_and_more_words_come_first(model: EmbeddingModel) -> None:
    store(model, "pears hang", "apples and pears", "figs")

    assert found("Do apples and pears grow on trees?") == ["apples and pears", "pears hang"]


def test_a_longer_text_ranks_lower(model: EmbeddingModel) -> None:
    store(model, "apple " + "pear " * 50, "apple pear")

    assert found("apple")[0] == "apple pear"


def test_a_rare_word_counts_for_more_than_a_common_one(model: EmbeddingModel) -> None:
    store(model, *["common filler"] * 400, "common again", "rare again")
    analyze()

    assert found("common rare", limit=2)[0] == "rare again"


@pytest.mark.parametrize("analyzed", [True, False])
def test_phrases_and_exclusions_hold(model: EmbeddingModel, analyzed: bool) -> None:
    store(model, "red apple pie", "apple red", "red apple tart", *["apple"] * 50)
    if analyzed:
        analyze()

    assert found('"red apple" -tart pear') == ["red apple pie"]
    assert found("-tart") == []
    assert set(found("apple -red")) == {"apple"}


def test_where_too_many_match_those_with_the_rarest_words_are_ranked(
    model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(model, *["common"] * 200, *["usual"] * 100, "common and usual", "rare but common")
    analyze()
    monkeypatch.setattr(keywords, "EXPECTED", 5)
    monkeypatch.setattr(keywords, "NARROW", 10)
    monkeypatch.setattr(keywords, "REST", 10)

    assert found("common rare")[0] == "rare but common"
    assert len(found("common rare")) == 11
    assert found("common usual")[0] == "common and usual"


def test_a_filter_is_not_starved_by_better_rows_of_others(
    model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = factories.make_user()
    store(model, *["rare common"] * 50, *["common"] * 200)
    store(model, "common one", "common two", owner=mine)
    analyze()
    monkeypatch.setattr(keywords, "EXPECTED", 5)
    monkeypatch.setattr(keywords, "NARROW", 5)
    monkeypatch.setattr(keywords, "REST", 5)

    assert set(found("rare common", rows=KnowledgeChunk.objects.filter(owner=mine))) == {
        "common one",
        "common two",
    }


def test_equal_rows_keep_one_order(model: EmbeddingModel) -> None:
    chunks = store(model, *["apple"] * 5)
    sql, parameters = keyword_sql(KnowledgeChunk.objects.all(), "apple", limit=3)

    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        keys = [key for key, _ in cursor.fetchall()]

    assert keys == sorted(chunk.pk for chunk in chunks)[:3]


def test_chunks_of_conversations_answer_too() -> None:
    row = factories.make_embedding(chunk_text="apples")

    assert [
        (found.pk, found.rank > 0) for found in ConversationEmbedding.objects.answering("apple")
    ]
    sql, parameters = keyword_sql(ConversationEmbedding.objects.all(), "apple", limit=5)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        assert [key for key, _ in cursor.fetchall()] == [row.pk]


def test_no_rows_to_search_are_no_error(model: EmbeddingModel) -> None:
    store(model, "apple")

    assert found("apple", rows=KnowledgeChunk.objects.none()) == []


@pytest.mark.parametrize("question", ["", "\0", "the", "-", '"', "\ud800", "apple " * 40_000, "🙂"])
def test_any_text_is_a_question(model: EmbeddingModel, question: str) -> None:
    store(model, "apple")
    analyze()

    assert found(question) == (["apple"] if "apple" in question else [])


def test_the_words_index_is_used(model: EmbeddingModel) -> None:
    store(model, *[f"word{number} common" for number in range(3_000)])
    analyze()
    sql, parameters = keyword_sql(KnowledgeChunk.objects.all(), "word7 word9", limit=10)

    with connection.cursor() as cursor:
        # The index of a table that other tests have filled and emptied looks dear.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "idx_knowledge_chunks_chunk_fts" in plan
    assert "word7" in plan  # the planner knows the words
    assert "to_search_query" not in plan


def test_statistics_are_read_once(model: EmbeddingModel, django_assert_num_queries: Any) -> None:
    store(model, *["common"] * 30, *["common usual"] * 10)
    rows = KnowledgeChunk.objects.all()
    assert frequencies_of(rows, COLUMN).shares == {}
    analyze()

    with django_assert_num_queries(1):
        shares = frequencies_of(rows, COLUMN).shares
        assert frequencies_of(rows, COLUMN).rows == 40

    assert shares == {"common": 1.0, "usual": 0.25}
