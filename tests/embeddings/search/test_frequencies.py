"""How common words are in whole texts."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from assistant.embeddings.models import KnowledgeDocument
from assistant.embeddings.search.frequencies import forget_frequencies, frequencies_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_frequencies() -> Iterator[None]:
    forget_frequencies()
    yield
    forget_frequencies()


def test_statistics_are_read_once(django_assert_num_queries: Any) -> None:
    for number in range(40):
        factories.make_document(content="common usual" if number % 4 == 0 else "common")
    rows = KnowledgeDocument.objects.all()
    assert not frequencies_of(rows, "content_search").holding
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE knowledge_base")

    with django_assert_num_queries(1):
        known = frequencies_of(rows, "content_search")
        assert frequencies_of(rows, "content_search") is known

    assert (known.passages, known.of("common"), known.of("usual"), known.of("rare")) == (
        40,
        40,
        10,
        0,
    )
