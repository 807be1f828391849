"""Ranking by words: the right rows, best first, bounded, whatever is filtered."""

from typing import Any

import pytest
from django.db import connection

from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    EmbeddingQueueItem,
    KnowledgeChunk,
    SearchLexeme,
    SearchStatistics,
)
from assistant.embeddings.search import keywords, search, thresholds
from assistant.embeddings.search.frequencies import forget_frequencies
from assistant.embeddings.search.keywords import SQL, keyword_sql
from assistant.embeddings.search.words import Statistics, read_words
from tests import factories

pytestmark = pytest.mark.django_db


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


def sql_of(question: str, rows: Any, limit: int = 10) -> SQL:
    words = read_words(question, using="default")
    known = sum(words.statistics.values(), Statistics())
    return keyword_sql(rows, words, scale=known, statistics=known, limit=limit)[0]


def found(question: str, limit: int = 100, rows: Any = None) -> list[str]:
    """Return the texts found, best first, by SQL; the QuerySet finds the same."""
    rows = KnowledgeChunk.objects.all() if rows is None else rows
    sql, parameters = sql_of(question, rows, limit)
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


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a few hundred passages for as many as a large collection has."""
    monkeypatch.setattr(thresholds, "SMALL", 10)
    monkeypatch.setattr(thresholds, "FEW", 10)
    monkeypatch.setattr(thresholds, "EXPECTED", (5, 40))
    monkeypatch.setattr(keywords, "READ", 20)
    monkeypatch.setattr(keywords, "ENOUGH", 4)


@pytest.mark.usefixtures("large")
def test_of_too_many_those_are_read_whose_words_weigh_most(model: EmbeddingModel) -> None:
    store(model, *["common"] * 200, *["usual as ever"] * 100)
    store(model, "common and usual", "rare but common")

    assert found("common rare")[0] == "rare but common"
    assert found("common usual")[0] == "common and usual"
    assert len(found("common")) == 20


@pytest.mark.usefixtures("large")
def test_a_filter_is_not_starved_by_better_rows_of_others(model: EmbeddingModel) -> None:
    mine = factories.make_user()
    store(model, *["rare common"] * 50, *["common"] * 200)
    store(model, "common one", "common two", owner=mine)

    assert set(found("rare common", rows=KnowledgeChunk.objects.filter(owner=mine))) == {
        "common one",
        "common two",
    }


@pytest.mark.usefixtures("large")
def test_exclusions_hold_where_very_many_match(model: EmbeddingModel) -> None:
    store(model, *["common rare bad"] * 60, "common rare", *["common"] * 200)

    assert found("common rare -bad")[0] == "common rare"
    assert not any("bad" in text for text in found("common rare -bad"))


@pytest.mark.usefixtures("large")
def test_as_many_as_are_wanted_are_found(model: EmbeddingModel) -> None:
    store(model, *["common"] * 200, *["usual"] * 6)

    assert len(found("common usual", limit=15)) == 15


def test_what_a_question_says_twice_counts_for_more(model: EmbeddingModel) -> None:
    store(model, "apple tree", "pear tree", "figs")

    assert found("apple pear pear")[0] == "pear tree"
    assert found("apple apple pear")[0] == "apple tree"


@pytest.mark.parametrize(
    "text, questions",
    [
        ("call getUserById here", ["getUserById", "user", "by id user", "GETUSERBYID"]),
        ("see parse_http_response", ["parse_http_response", "parsing http", "response"]),
        ("use os.path.join now", ["os.path.join", "join", "path", "join a path"]),
        ("in src/app/XMLReader.py", ["XMLReader", "src/app/XMLReader.py", "reader xml", "app"]),
        ("a std::vector<int> of", ["std::vector", "vector"]),
        ("this->fieldName changes", ["fieldName", "field", "this->fieldName"]),
    ],
)
def test_identifiers_are_found_whole_and_in_parts(
    text: str, questions: list[str], model: EmbeddingModel
) -> None:
    store(model, "something else", text)

    for question in questions:
        assert found(question) == [text], question


def test_a_whole_identifier_comes_before_its_parts(model: EmbeddingModel) -> None:
    store(model, "parse the http response and the response to http", "parse_http_response()")

    assert found("parse_http_response")[0] == "parse_http_response()"


def test_an_exclusion_holds_for_what_an_identifier_has_found(model: EmbeddingModel) -> None:
    store(model, "getUserById in the draft", "getUserById at last")

    assert found("user -draft") == ["getUserById at last"]


def test_equal_rows_keep_one_order(model: EmbeddingModel) -> None:
    chunks = store(model, *["apple"] * 5)
    sql, parameters = sql_of("apple", KnowledgeChunk.objects.all(), limit=3)

    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        keys = [key for key, _ in cursor.fetchall()]

    assert keys == sorted(chunk.pk for chunk in chunks)[:3]


def test_chunks_of_conversations_answer_too() -> None:
    row = factories.make_embedding(chunk_text="apples")

    assert [
        (found.pk, found.rank > 0) for found in ConversationEmbedding.objects.answering("apple")
    ]
    sql, parameters = sql_of("apple", ConversationEmbedding.objects.all())
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
    sql, parameters = sql_of("word7 word9", KnowledgeChunk.objects.all())

    with connection.cursor() as cursor:
        # The index of a table that other tests have filled and emptied looks dear.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "idx_knowledge_chunks_chunk_fts" in plan
    assert "word7" in plan  # the planner knows the words
    assert "to_search_query" not in plan


@pytest.mark.parametrize(
    "question", ["refund", "refund credit", '"credit card" refund', "refund -credit"]
)
def test_of_few_passages_all_are_ranked(model: EmbeddingModel, question: str) -> None:
    store(model, "credit card refund", "refund")
    words = read_words(question, using="default")
    known = sum(words.statistics.values(), Statistics())

    _sql, plan = keyword_sql(
        KnowledgeChunk.objects.all(), words, scale=known, statistics=known, limit=10
    )

    assert (plan, bool(found(question))) == ("all", True)


@pytest.mark.usefixtures("large")
def test_where_nothing_was_counted_the_server_s_statistics_do(model: EmbeddingModel) -> None:
    EmbeddingModel.objects.update(is_default=False)
    EmbeddingModel.objects.filter(pk=model.pk).update(is_default=True)
    store(model, *["common"] * 200, *["usual"] * 60, "rare common")
    EmbeddingQueueItem.objects.all().delete()
    SearchStatistics.objects.all().delete()
    SearchLexeme.objects.all().delete()
    forget_frequencies()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE knowledge_chunks")

    hits = search("common rare", user=None, sources="documents", mode="keyword")

    assert hits[0].text == "rare common"
    assert hits.keyword_plans == {"documents": "best"}
