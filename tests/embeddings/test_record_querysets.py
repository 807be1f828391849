"""What can be learned from recorded searches."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils.timezone import now

from assistant.embeddings.models import SearchRecord
from assistant.embeddings.question_hashes import hash_question
from tests.factories import make_search_event, make_search_record

pytestmark = pytest.mark.django_db


def ask(text: str | None, *, ago: int = 0, **fields: object) -> SearchRecord:
    return make_search_record(
        query=text,
        query_hash=hash_question(text or "?"),
        created_at=now() - timedelta(minutes=ago),
        **fields,
    )


def test_recent_questions_are_distinct_and_the_newest_first() -> None:
    for ago, text in enumerate(["Refunds?", "Where?", None, "refunds?", "What?"]):
        ask(text, ago=ago)

    assert SearchRecord.objects.recent_questions(2) == ["Refunds?", "Where?"]
    assert SearchRecord.objects.recent_questions(10) == ["Refunds?", "Where?", "What?"]


def test_recent_questions_follow_their_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    rows = SearchRecord.objects.filter(query__isnull=False).order_by("-created_at")

    assert "idx_search_records_questions" in rows.values_list("query", flat=True)[:10].explain()


def test_the_same_question_is_found() -> None:
    asked = ask("Where are  Refunds")
    ask("Where?")

    assert SearchRecord.objects.asking("where ARE refunds").get() == asked


def test_a_period_and_what_found_nothing() -> None:
    late = ask("a")
    found = ask("b", ago=10, hits=[{}])
    early = ask("c", ago=20)
    middle = now() - timedelta(minutes=15)

    assert set(SearchRecord.objects.between(middle)) == {late, found}
    assert set(SearchRecord.objects.between(end=middle)) == {early}
    assert set(SearchRecord.objects.between(middle, now()).empty()) == {late}


def test_outcomes() -> None:
    opened, rated, ignored = (ask(text) for text in ("a", "b", "c"))
    make_search_event(record=opened)
    make_search_event(record=rated, kind="rated", rating=0)

    rows = SearchRecord.objects.with_outcome().order_by("query")
    found = [(row.pk, row.opened, row.rated) for row in rows]
    assert found == [
        (opened.pk, True, False),
        (rated.pk, False, True),
        (ignored.pk, False, False),
    ]


def test_figures_of_each_mode() -> None:
    for number, rank in enumerate((1, 4)):
        record = ask(f"h{number}", hits=[{}], latency=10.0 * (number + 1))
        make_search_event(record=record, rank=rank)
        make_search_event(record=record, rank=rank + 3)
    make_search_event(record=record, kind="rated", rating=3)
    ask("h3", latency=100.0)
    ask("k", mode="keyword", hits=[{}])

    figures = SearchRecord.objects.figures()

    hybrid = figures["hybrid"]
    assert list(figures) == ["hybrid", "keyword"]
    assert (hybrid.searches, hybrid.empty, hybrid.opened) == (3, 1, 2)
    assert hybrid.click_through == pytest.approx(2 / 3)
    assert hybrid.reciprocal_rank == pytest.approx((1 + 1 / 4) / 2)
    assert (hybrid.rating, hybrid.latency) == (3.0, 20.0)
    assert figures["keyword"] == (1, 0, 0, 0.0, None, None, 12.5)


def test_judgements_join_what_was_said_of_a_question() -> None:
    one, two = uuid4(), uuid4()
    first, second, third = ask("Refunds?", ago=3), ask("refunds?", ago=2), ask("Where?", ago=1)
    for chunk, rating in ((uuid4(), 0), (uuid4(), 3)):  # the best of its passages
        make_search_event(record=first, source=one, chunk=chunk, kind="rated", rating=rating)
    make_search_event(record=first, source=one)
    make_search_event(record=second, source=one, kind="rated", rating=0)
    for record in (second, third):
        make_search_event(record=record, source=two)
    make_search_event(record=ask(None), source=two)

    def read(**options: bool) -> set[object]:
        return {row[1:] for row in SearchRecord.objects.judgements(**options)}

    assert read() == {("refunds?", one, 2), ("refunds?", two, 1), ("Where?", two, 1)}
    assert read(opened=False) == {("refunds?", one, 2)}


def test_judgements_have_the_id_of_their_question() -> None:
    for text in ("Refunds?", "Refunds?", "Where?"):
        make_search_event(record=ask(text))

    ids = [(row.query_id, row.query) for row in SearchRecord.objects.judgements()]

    assert len(set(ids)) == 2
    assert len(ids) == 3
