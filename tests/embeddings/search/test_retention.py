"""Recorded searches that are deleted."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from assistant.conf import AssistantSettings
from assistant.embeddings.models import SearchEvent, SearchRecord
from assistant.embeddings.queue.worker import Worker
from assistant.embeddings.search.retention import Pruning, prune_searches
from tests.factories import make_search_event, make_search_record

pytestmark = pytest.mark.django_db


def make_aged(*days: float) -> list[SearchRecord]:
    return [make_search_record(created_at=now() - timedelta(days=age)) for age in days]


def test_old_searches_go_with_their_events() -> None:
    young, old = make_aged(29.9, 30.1)
    for record in (young, old):
        make_search_event(record=record)

    assert prune_searches(using="default") == 1
    assert [event.record for event in SearchEvent.objects.all()] == [young]


def test_the_setting_says_how_old(settings: Any) -> None:
    settings.ASSISTANT = {"RECORD_DAYS": 7}
    make_aged(1, 8)

    assert prune_searches(using="default") == 1
    assert prune_searches(using="default", days=0) == 1


def test_batches_are_bounded() -> None:
    make_aged(40, 41, 42, 43, 44)

    with CaptureQueriesContext(connection) as queries:
        assert prune_searches(using="default", batch=2) == 5

    assert len(queries) == 3


def test_the_index_finds_them() -> None:
    make_aged(40)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM search_records WHERE created_at < now() - interval '30 days'"
            " ORDER BY created_at LIMIT 1000"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "idx_search_records_created_at" in plan
    assert "Sort" not in plan


def test_a_worker_looks_now_and_then() -> None:
    make_aged(40)
    pruning = Pruning(using="default")

    assert pruning.run(Event()) == 1
    make_aged(40)
    assert pruning.run(Event()) == 0


def test_a_worker_that_has_nothing_to_do_prunes() -> None:
    make_aged(40)

    Worker(using="default").run()

    assert not SearchRecord.objects.exists()


def test_the_longest_time_that_can_be_set_is_a_time(settings: Any) -> None:
    settings.ASSISTANT = {"RECORD_DAYS": AssistantSettings.RECORD_DAYS.maximum}
    make_aged(40)

    assert prune_searches(using="default") == 0


@pytest.mark.parametrize("options", [{"batch": 0}, {"batch": -1}, {"days": -1}, {"days": 10**7}])
def test_what_would_never_end_or_be_right_is_refused(options: dict[str, int]) -> None:
    [(name, value)] = options.items()

    with pytest.raises(ValueError, match=rf"^{name} is {value}: "):
        prune_searches(using="default", **options)
