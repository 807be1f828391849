"""One ranking of several."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from assistant.embeddings.search.fusion import WEIGHTS, K, Part, fused_sql

pytestmark = pytest.mark.django_db

A, B, C, D = (UUID(int=number) for number in range(1, 5))


def part(*keys: UUID, kind: str = "chunk", best: float = 0.9) -> Part:
    """Return hits of a leg, best first."""
    values = ", ".join(["(%s::uuid, %s::float8)"] * len(keys))
    parameters = [value for n, key in enumerate(keys) for value in (key, best - n / 10)]
    return Part(kind, f"SELECT * FROM (VALUES {values}) AS v (id, rank)", parameters)


def fused(limit: int = 10, **legs: Any) -> list[tuple[str, UUID, float, dict[str, int]]]:
    with connection.cursor() as cursor:
        sql, parameters = fused_sql(legs, limit=limit)
        cursor.execute(sql, parameters)
        return [(k, i, float(s), json.loads(r)) for k, i, s, r in cursor.fetchall()]


def test_what_both_legs_find_comes_first() -> None:
    hits = fused(vector=[part(A, B)], keyword=[part(C, B)])

    assert [key for _kind, key, *_rest in hits] == [B, A, C]
    assert hits[0][3] == {"vector": 2, "keyword": 2}
    assert hits[0][2] == pytest.approx(sum(WEIGHTS.values()) / (K + 2))
    assert hits[1][2] == pytest.approx(WEIGHTS["vector"] / (K + 1))


def test_one_leg_keeps_its_order() -> None:
    hits = fused(keyword=[part(C, A, B)], vector=[])

    assert [key for _kind, key, *_rest in hits] == [C, A, B]
    assert [ranks for *_rest, ranks in hits] == [{"keyword": n} for n in (1, 2, 3)]


def test_parts_of_a_leg_share_its_ranking() -> None:
    hits = fused(keyword=[part(A, B, best=0.95), part(C, D, kind="message", best=0.9)])

    assert [(kind, key) for kind, key, *_rest in hits] == [
        ("chunk", A),
        ("message", C),
        ("chunk", B),
        ("message", D),
    ]


def test_the_same_key_of_another_kind_is_another_hit() -> None:
    hits = fused(vector=[part(A)], keyword=[part(A, kind="message")])

    assert {(kind, key) for kind, key, *_rest in hits} == {("chunk", A), ("message", A)}


def test_limits() -> None:
    keys = [UUID(int=number) for number in range(1, 8)]

    assert len(fused(limit=3, vector=[part(*keys)])) == 3
    sql, parameters = fused_sql({"vector": [part(*keys)]}, limit=10, candidates=2)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        assert [key for _kind, key, *_rest in cursor.fetchall()] == keys[:2]


def test_equal_hits_keep_one_order() -> None:
    for _ in range(3):
        hits = fused(vector=[part(B), part(A, kind="message")], keyword=[part(C)])
        assert [key for _kind, key, *_rest in hits] == [B, C, A]


def test_a_missing_value_is_the_last() -> None:
    nothing = Part("chunk", "SELECT %s::uuid, NULL::real", [C])

    assert [key for _kind, key, *_rest in fused(vector=[nothing, part(A, B)])] == [A, B, C]
