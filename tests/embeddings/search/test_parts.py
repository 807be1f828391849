"""A leg's ranking."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from assistant.embeddings.search.parts import Part, leg_sql

pytestmark = pytest.mark.django_db

A, B, C, D = (UUID(int=number) for number in range(1, 5))


def part(*values: tuple[UUID, float | None], kind: str = "chunk") -> Part:
    """Return some rows."""
    rows = ", ".join(["(%s::uuid, %s::numeric)"] * len(values))
    parameters = [value for pair in values for value in pair]
    return Part(kind, f"SELECT * FROM (VALUES {rows}) AS v (id, rank)", parameters)


def best(*parts: Part, limit: int = 10) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*leg_sql(parts, limit=limit))
        return cursor.fetchall()


def test_parts_share_a_ranking() -> None:
    found = best(part((A, 0.95), (B, 0.85)), part((C, 0.9), (D, 0.8), kind="message"))

    assert found == [
        ("chunk", A, 0.95),
        ("message", C, 0.9),
        ("chunk", B, 0.85),
        ("message", D, 0.8),
    ]


def test_the_best_are_kept() -> None:
    assert [key for _kind, key, _value in best(part((A, 1), (B, 3), (C, 2)), limit=2)] == [B, C]


def test_equal_values_keep_one_order() -> None:
    found = best(part((B, 1), (A, 1), kind="b"), part((D, 1), kind="a"))

    assert [(kind, key) for kind, key, _value in found] == [("a", D), ("b", A), ("b", B)]


def test_a_missing_value_is_the_last() -> None:
    assert best(part((A, None), (B, -5)))[-1] == ("chunk", A, None)
