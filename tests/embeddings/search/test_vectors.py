"""The nearest vectors."""

import math
import random
from typing import Any

import pytest
from django.db import connection, transaction

from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeChunk
from assistant.embeddings.search.plans import EXACT, EXACT_OF_FEW, Plan, choose_plan
from assistant.embeddings.search.statements import fetch, local_settings
from assistant.embeddings.search.vectors import (
    Leg,
    nearest,
    nearest_rows,
    plan_for,
    vector_leg,
)
from tests.embeddings.search.vectors import (
    DIMENSION,
    RARE,
    make_index,
    make_library,
    make_table,
    unit,
)
from tests.factories import make_document, make_embedding_model

pytestmark = pytest.mark.django_db

QUESTION = unit(random.Random(7))  # noqa: S311
INDEX = choose_plan(matching=10**6, total=10**6, indexed=True, limit=10)
ALL = ConversationEmbedding.objects.all()
OPERATOR_CLASSES = {
    "cosine": "halfvec_cosine_ops",
    "l2": "halfvec_l2_ops",
    "ip": "halfvec_ip_ops",
}


def measure(distance: str, vector: Any) -> float:
    product = sum(a * b for a, b in zip(QUESTION, vector, strict=True))
    if distance == "ip":
        return -product
    if distance == "l2":
        return math.dist(QUESTION, vector)
    return 1 - product / math.hypot(*QUESTION) / math.hypot(*vector)


def truth(model: EmbeddingModel, limit: int, **filters: Any) -> list[Any]:
    rows = ConversationEmbedding.objects.filter(embedding_model=model, **filters)
    vectors = rows.values_list("pk", "embedding_vector")
    nearer = sorted(vectors, key=lambda row: measure(model.distance, row[1]))
    return [key for key, _vector in nearer[:limit]]


def explain(leg: Leg) -> str:
    statement = (f"EXPLAIN (COSTS OFF) {leg.sql}", leg.params)
    [lines] = fetch([statement], using="default", settings=leg.settings)
    return "\n".join(line for (line,) in lines)


def leg_of(model: EmbeddingModel, plan: Plan, queryset: Any = ALL, limit: int = 10) -> Leg:
    return vector_leg(queryset, embedding_model=model, vector=QUESTION, limit=limit, plan=plan)


def keys(model: EmbeddingModel, plan: Plan | None, queryset: Any = ALL) -> list[Any]:
    found = nearest(queryset, embedding_model=model, vector=QUESTION, limit=10, plan=plan)
    return [key for key, _distance in found]


@pytest.mark.parametrize("distance", ["cosine", "l2", "ip"])
@pytest.mark.parametrize("plan", [EXACT, INDEX], ids=["exact", "index"])
def test_the_nearest_are_found_nearest_first(distance: str, plan: Plan) -> None:
    model, _common, _rare = make_table(distance=distance)
    make_index(model, OPERATOR_CLASSES[distance])

    found = nearest(ALL, embedding_model=model, vector=QUESTION, limit=10, plan=plan)

    assert [key for key, _distance in found] == truth(model, 10)
    vector = ConversationEmbedding.objects.get(pk=found[0][0]).embedding_vector
    assert found[0][1] == pytest.approx(measure(distance, vector), rel=1e-5)


def test_the_index_is_read_in_its_order() -> None:
    model, common, _rare = make_table()
    make_index(model)

    plan = explain(leg_of(model, INDEX, ALL.filter(user=common)))

    near = plan[plan.index("CTE near") :]
    assert "Index Scan using idx_conversation_embeddings_vector" in near.split("Sort")[0]
    assert "halfvec" in plan


def test_an_exact_search_reads_no_vector_index() -> None:
    model, _common, rare = make_table()
    make_index(model)

    plan = explain(leg_of(model, EXACT, ALL.filter(user=rare)))

    assert "halfvec" not in plan
    assert "_vector_" not in plan


def test_a_rare_user_gets_every_hit_however_wrong_the_plan() -> None:
    model, _common, rare = make_table()
    make_index(model)
    hasty = Plan("index", 40, {**INDEX.settings, "hnsw.max_scan_tuples": "1"})

    found = keys(model, hasty, ALL.filter(user=rare))

    assert len(found) == 10 < RARE
    assert found == truth(model, 10, user=rare)


def test_what_the_index_answers_in_full_is_not_read_again() -> None:
    model, common, _rare = make_table()
    make_index(model)
    leg = leg_of(model, INDEX, ALL.filter(user=common))

    [lines] = fetch(
        [(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {leg.sql}", leg.params)],
        using="default",
        settings=leg.settings,
    )

    plan = "\n".join(line for (line,) in lines)
    second = plan[plan.index("One-Time Filter", plan.index("One-Time Filter") + 1) :]
    assert "never executed" in second


def test_the_plan_follows_what_matches() -> None:
    model, _common, rare = make_table()

    plan = plan_for(ALL.filter(user=rare), embedding_model=model, limit=10)

    assert plan == EXACT_OF_FEW


def test_other_models_vectors_are_not_compared() -> None:
    model, _common, _rare = make_table()
    other, _common, _rare = make_table(rows=20)

    assert set(keys(other, None)) <= set(truth(other, 20))
    assert set(keys(model, None)).isdisjoint(truth(other, 20))


def test_chunks_without_a_vector_are_not_found() -> None:
    model = make_embedding_model(dimension=DIMENSION)
    document = make_document(tags=["a"])
    chunks = [
        KnowledgeChunk(
            document=document,
            embedding_model=model,
            chunk_index=number,
            chunk_text="Text",
            content_hash="0" * 64,
            start_offset=0,
            end_offset=4,
            embedding_vector=vector,
        )
        for number, vector in enumerate([None, QUESTION])
    ]
    KnowledgeChunk.objects.bulk_create(chunks)
    rows = KnowledgeChunk.objects.filter(document__tags__contains=["a"])

    assert keys(model, EXACT, rows) == keys(model, INDEX, rows) == [chunks[1].pk]


def test_a_filter_through_a_join_keeps_the_order_of_the_index() -> None:
    model, rows = make_library()
    make_index(model, table="knowledge_chunks")

    leg = leg_of(model, INDEX, rows)
    near = explain(leg).partition("CTE near")[2].partition("Append")[0]
    found = keys(model, INDEX, rows)

    assert "Index Scan using idx_knowledge_chunks_vector" in near
    assert "Nested Loop" in near
    assert len(found) == 10
    assert found == keys(model, EXACT, rows)


def test_the_settings_are_gone_after_a_statement() -> None:
    model, _common, _rare = make_table(rows=20)
    make_index(model)

    keys(model, INDEX)

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_sort'), current_setting('hnsw.ef_search')")
        assert cursor.fetchone() == ("on", "40")


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_one_round_trip(django_assert_num_queries) -> None:
    model, _common, _rare = make_table(rows=20)
    make_index(model)

    with django_assert_num_queries(1):
        keys(model, INDEX)

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_sort'), pg_current_xact_id_if_assigned()")
        assert cursor.fetchone() == ("on", None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("threshold", [None, 0])
def test_parameters_bound_by_the_server_find_the_same(threshold: int | None) -> None:
    model, common, _rare = make_table()
    make_index(model)
    rows = ALL.filter(user=common)
    expected = keys(model, INDEX, rows)
    former = connection.settings_dict["OPTIONS"]
    connection.close()
    connection.settings_dict["OPTIONS"] = {
        **former,
        "server_side_binding": True,
        "prepare_threshold": threshold,
    }
    try:
        for _ in range(7):
            assert keys(model, INDEX, rows) == expected
            assert plan_for(rows, embedding_model=model, limit=10) == EXACT_OF_FEW
        with transaction.atomic():
            assert keys(model, INDEX, rows) == expected
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"] = former


def test_rows_are_found_as_a_queryset() -> None:
    model, common, _rare = make_table()
    make_index(model)
    rows = ALL.filter(user=common).select_related("conversation")

    for plan in (EXACT, INDEX):
        with local_settings(plan.settings, using="default"):
            found = list(
                nearest_rows(rows, embedding_model=model, vector=QUESTION, limit=10, plan=plan)
            )
        assert [row.pk for row in found] == truth(model, 10, user=common)
        assert found[0].distance < found[1].distance

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_sort')")
        assert cursor.fetchone() == ("on",)


def test_a_leg_is_part_of_a_bigger_statement() -> None:
    model, _common, _rare = make_table()
    make_index(model)

    for plan in (EXACT, INDEX):
        leg = leg_of(model, plan)
        query = f"WITH leg AS ({leg.sql}) SELECT count(*), %s FROM leg"
        [[row]] = fetch([(query, [*leg.params, "100 %"])], using="default", settings=leg.settings)
        assert row == (10, "100 %")


def test_filters_that_exclude_each_other_find_nothing() -> None:
    model, _common, _rare = make_table(rows=20)

    assert keys(model, None, ALL.filter(pk__in=[])) == []
    assert keys(model, INDEX, ALL.none()) == []


@pytest.mark.parametrize(
    "queryset", [ALL[:5], ALL.distinct(), ALL.union(ALL)], ids=["sliced", "distinct", "combined"]
)
def test_what_cannot_be_searched_is_refused(queryset: Any) -> None:
    with pytest.raises(ValueError, match="filter by pk__in"):
        keys(make_embedding_model(dimension=DIMENSION), EXACT, queryset)
