"""How many rows match."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeChunk
from assistant.embeddings.search import estimates
from assistant.embeddings.search.estimates import Found, count_up_to, estimate
from assistant.embeddings.search.plans import Band
from assistant.embeddings.search.targets import Target, of_model
from tests.embeddings.search.vectors import RARE, ROWS, make_index, make_table
from tests.factories import make_document

pytestmark = pytest.mark.django_db

TABLE = "conversation_embeddings"
NO_DOUBT = Band(0, 0, -1)


def look(rows: Any, *, embedding_model: EmbeddingModel, band: Callable[[int], Band]) -> Found:
    target = Target.of(rows, embedding_model)
    return estimates.look(
        (target.sql, target.params),
        table=target.table,
        using=target.using,
        embedding_model=embedding_model,
        band=band,
    )


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TABLE}")


def test_the_planner_is_asked() -> None:
    model, common, rare = make_table()
    analyse()
    rows = of_model(ConversationEmbedding.objects.all(), model)

    assert estimate(rows) == pytest.approx(ROWS, rel=0.2)
    assert estimate(rows.filter(user=common)) > estimate(rows.filter(user=rare))


def test_a_join_is_estimated() -> None:
    make_document(tags=["a"])

    assert estimate(KnowledgeChunk.objects.filter(document__tags__contains=["a"])) >= 0


def test_counting_stops_one_above_the_limit() -> None:
    model, _common, rare = make_table()
    rows = of_model(ConversationEmbedding.objects.all(), model)

    assert count_up_to(rows, 100) == 101
    assert count_up_to(rows.filter(user=rare), 100) == RARE
    assert count_up_to(rows.none(), 100) == 0


def test_filters_that_exclude_each_other_match_nothing() -> None:
    model, _common, _rare = make_table(rows=20)
    rows = of_model(ConversationEmbedding.objects.filter(pk__in=[]), model)

    assert estimate(rows) == 0
    assert count_up_to(rows, 10) == 0
    assert Target.of(rows, model).sql == ""


def test_an_estimate_beyond_doubt_is_one_round_trip(django_assert_num_queries) -> None:
    model, _common, _rare = make_table()
    make_index(model)
    analyse()
    rows = of_model(ConversationEmbedding.objects.all(), model)

    with django_assert_num_queries(1):
        found = look(rows, embedding_model=model, band=lambda _total: NO_DOUBT)

    assert (found.indexed, found.counted) == (True, False)
    assert found.total == ROWS
    assert found.matching == pytest.approx(ROWS, rel=0.2)


def test_an_estimate_in_doubt_is_counted() -> None:
    model, _common, rare = make_table()
    make_index(model)
    analyse()
    rows = of_model(ConversationEmbedding.objects.filter(user=rare), model)

    found = look(rows, embedding_model=model, band=lambda _total: Band(0, 100, 10**6))

    assert (found.counted, found.matching) == (True, RARE)


@pytest.mark.django_db(transaction=True)
def test_a_table_that_nobody_analysed_is_counted() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_reset_single_table_counters(%s::regclass)", [TABLE])
    model, _common, rare = make_table()
    make_index(model)
    rows = of_model(ConversationEmbedding.objects.filter(user=rare), model)

    found = look(rows, embedding_model=model, band=lambda _total: Band(0, 100, -1))

    assert (found.counted, found.matching) == (True, RARE)


@pytest.mark.parametrize("operator_class", ["halfvec_l2_ops", None], ids=["other", "none"])
def test_an_index_for_another_distance_is_none(operator_class: str | None) -> None:
    model, _common, _rare = make_table(rows=20)
    if operator_class:
        make_index(model, operator_class)
    rows = of_model(ConversationEmbedding.objects.all(), model)

    found = look(rows, embedding_model=model, band=lambda _total: NO_DOUBT)

    assert not found.indexed
    assert not found.counted


@pytest.mark.django_db(transaction=True)
def test_it_works_outside_and_inside_transactions() -> None:
    model, _common, _rare = make_table(rows=20)
    rows = of_model(ConversationEmbedding.objects.all(), model)

    outside = count_up_to(rows, 100)
    with transaction.atomic():
        inside = count_up_to(rows, 100)

    assert outside == inside == 20


def test_a_look_is_remembered_for_a_while(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries
) -> None:
    model, common, rare = make_table(rows=20)
    rows = of_model(ConversationEmbedding.objects.all(), model)

    def ask(queryset: Any) -> None:
        look(queryset, embedding_model=model, band=lambda _total: NO_DOUBT)

    ask(rows.filter(user=rare))
    with django_assert_num_queries(0):
        ask(rows.filter(user=rare))
    with django_assert_num_queries(1):
        ask(rows.filter(user=common))
    monkeypatch.setattr("assistant.embeddings.search.estimates.FRESH", 0)
    with django_assert_num_queries(1):
        ask(rows.filter(user=rare))


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _common, _rare = make_table(rows=20)
    rows = of_model(ConversationEmbedding.objects.all(), model)
    monkeypatch.setattr(estimates, "MOST", 3)
    estimates.forget()

    for number in range(10):
        look(
            rows.filter(chunk_index=number),
            embedding_model=model,
            band=lambda _total: NO_DOUBT,
        )

    assert 1 <= len(estimates._remembered) <= 3
