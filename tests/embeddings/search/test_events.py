"""What became of the hits of recorded searches."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from assistant.embeddings.models import SearchEvent, SearchRecord
from assistant.embeddings.search import Hits, record_opened, record_rating, search
from tests.factories import make_document, make_search_record, make_user

pytestmark = pytest.mark.django_db


class Replica:
    """Reads there, writes in the primary."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "replica"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "default"


@pytest.fixture
def hits(settings: Any) -> Hits:
    settings.ASSISTANT = {"RECORD_SEARCHES": "text"}
    for text in ("Refunds take five days.", "Refunds, refunds"):
        make_document(content=text)
    found = search("refunds", user=None, mode="keyword")
    assert len(found) == 2
    return found


def test_a_hit_is_opened_once(hits: Hits) -> None:
    for _ in range(2):
        record_opened(record=hits.record, hit=hits[1])

    event = SearchEvent.objects.get()
    assert (event.kind, event.rating, event.rank) == ("opened", None, 2)
    assert (event.source, event.chunk) == (hits[1].source.pk, None)
    assert event.record.pk == hits.record


def test_a_later_rating_takes_the_place_of_an_earlier_one(hits: Hits) -> None:
    record = SearchRecord.objects.get()
    record_opened(record=record, hit=str(hits[0].source.pk))
    for rating in (3, 0):
        event = record_rating(record=record, hit=hits[0].source.pk, rating=rating)

    assert event is not None
    assert sorted(SearchEvent.objects.values_list("kind", "rating", "rank")) == [
        ("opened", None, 1),
        ("rated", 0, 1),
    ]


def test_passages_of_a_source_are_told_apart() -> None:
    source, first, second = uuid4(), uuid4(), uuid4()
    described = [{"source": str(source), "chunk": str(chunk)} for chunk in (first, second)]
    record = make_search_record(hits=described)

    for key in (second, source):
        record_rating(record=record, hit=key, rating=2)

    found = SearchEvent.objects.order_by("rank").values_list("rank", "source", "chunk")
    assert list(found) == [(1, source, first), (2, source, second)]


def test_what_was_not_found_is_refused(hits: Hits) -> None:
    other = uuid4()

    with pytest.raises(ValueError, match=f"{other} is not among the 2 hits of search"):
        record_opened(record=hits.record, hit=other)
    assert not SearchEvent.objects.exists()


@pytest.mark.parametrize("rating", [-1, 4, 1.0, True, None, "2"])
def test_ratings_are_from_0_to_3(hits: Hits, rating: Any) -> None:
    with pytest.raises(ValueError, match="a whole number from 0, of no use, to 3"):
        record_rating(record=hits.record, hit=hits[0], rating=rating)


def test_a_record_that_is_gone_is_refused(hits: Hits) -> None:
    SearchRecord.objects.all().delete()

    with pytest.raises(ValueError, match=r"no recorded search .* RECORD_DAYS"):
        record_opened(record=hits.record, hit=hits[0])


@pytest.mark.parametrize("name", ["record", "hit"])
def test_keys_that_are_none_are_refused(hits: Hits, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is 'x'"):
        record_opened(**{"record": hits.record, "hit": hits[0], name: "x"})


def test_a_search_that_was_not_recorded_has_no_events() -> None:
    document = make_document(content="refunds")
    hits = search("refunds", user=None, mode="keyword")

    assert record_opened(record=hits.record, hit=hits[0]) is None
    assert record_rating(record=None, hit=document.pk, rating=1) is None
    assert not SearchEvent.objects.exists()


def test_only_the_user_of_a_search_rates_it() -> None:
    owner, other, source = make_user(), make_user(), uuid4()
    own, everybodys = (
        make_search_record(user=user, hits=[{"source": str(source)}]) for user in (owner, None)
    )

    for record, user in ((own, other), (own, None), (everybodys, owner)):
        with pytest.raises(ValueError, match="of this user"):
            record_opened(record=record, hit=source, user=user)
    with pytest.raises(ValueError, match="user is nobody"):
        record_opened(record=everybodys, hit=source, user=AnonymousUser())
    assert not SearchEvent.objects.exists()

    assert record_opened(record=own, hit=source, user=owner.pk) is not None
    assert record_opened(record=everybodys, hit=source, user=None) is not None


def test_what_was_read_from_a_replica_has_its_events_in_the_primary(
    hits: Hits, settings: Any
) -> None:
    record = SearchRecord.objects.get()
    record._state.db = "replica"
    settings.DATABASE_ROUTERS = [Replica()]

    event = record_opened(record=record, hit=hits[0])

    assert event is not None
    assert event._state.db == "default"
