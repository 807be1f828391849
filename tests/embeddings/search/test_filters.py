"""Filters that other apps register."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.embeddings.models import KnowledgeChunk
from assistant.embeddings.search.filters import (
    apply_filters,
    register_filter,
    registered_filters,
    unregister_filter,
)
from tests.factories import make_chunk, make_document

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    unregister_filter("titled")


def titled(queryset: Any, value: Any, *, source: str) -> Any:
    return queryset.filter(document__title=value) if source == "documents" else queryset.none()


def test_a_filter_narrows_what_is_found() -> None:
    register_filter("titled", titled)
    chunk = make_chunk(document=make_document(title="This"))
    make_chunk(document=make_document(title="That"))

    found = apply_filters(KnowledgeChunk.objects.all(), {"titled": "This"}, source="documents")

    assert list(found) == [chunk]


def test_a_decorator_registers() -> None:
    assert register_filter("titled")(titled) is titled
    assert list(registered_filters()) == ["titled"]


def test_an_unknown_name_is_refused() -> None:
    register_filter("titled", titled)

    with pytest.raises(ValueError, match=r"no filter 'title'. Registered are: titled"):
        apply_filters(KnowledgeChunk.objects.all(), {"title": 1}, source="documents")


def test_a_name_belongs_to_one_function() -> None:
    register_filter("titled", titled)
    register_filter("titled", titled)

    with pytest.raises(ValueError, match="There is a filter 'titled' already"):
        register_filter("titled", lambda queryset, value, *, source: queryset)


def test_a_name_is_an_identifier() -> None:
    with pytest.raises(ValueError, match="an identifier"):
        register_filter("a b", titled)
