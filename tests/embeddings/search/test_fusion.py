"""One ranking of several."""

from uuid import UUID

import pytest

from assistant.embeddings.search.fusion import WEIGHTS, Candidate, K, Ranked, fuse

A, B, C, D = (UUID(int=number) for number in range(1, 5))


def leg(*keys: UUID, kind: str = "chunk", best: float = 0.9) -> list[Candidate]:
    """Return candidates of a leg, best first."""
    return [(kind, key, best - place / 10) for place, key in enumerate(keys)]


def keys(found: list[Ranked]) -> list[UUID]:
    return [row.key for row in found]


def test_what_both_legs_find_comes_first() -> None:
    found = fuse({"vector": leg(A, B), "keyword": leg(C, B)})

    assert keys(found) == [B, A, C]
    assert found[0].ranks == {"vector": 2, "keyword": 2}
    assert found[0].scores == pytest.approx({"vector": 0.8, "keyword": 0.8})
    assert found[0].score == pytest.approx(sum(WEIGHTS.values()) / (K + 2))
    assert found[1].score == pytest.approx(WEIGHTS["vector"] / (K + 1))


def test_one_leg_keeps_its_order() -> None:
    found = fuse({"keyword": leg(C, A, B), "vector": []})

    assert keys(found) == [C, A, B]
    assert [row.ranks for row in found] == [{"keyword": rank} for rank in (1, 2, 3)]


def test_the_same_key_of_another_kind_is_another_row() -> None:
    found = fuse({"vector": leg(A), "keyword": leg(A, kind="message")})

    assert {(row.kind, row.key) for row in found} == {("chunk", A), ("message", A)}


def test_equal_rows_keep_one_order() -> None:
    found = fuse({"vector": [*leg(B), *leg(A, kind="message")], "keyword": leg(C)})

    assert keys(found) == [B, C, A]


def test_nothing_is_nothing() -> None:
    assert fuse({}) == []
