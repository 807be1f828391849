"""One ranking of two."""

import itertools
from typing import Any
from uuid import UUID

import pytest

from assistant.embeddings.search.fusion import Candidate, Ranked, fuse, union

A, B, C, D, E = (UUID(int=number) for number in range(1, 6))


def leg(*keys: UUID, kind: str = "chunk", best: float = 0.9) -> list[Candidate]:
    """Return candidates of a leg, best first."""
    return [(kind, key, best - place / 10) for place, key in enumerate(keys)]


def row(key: UUID, **scores: float) -> Ranked:
    return Ranked("chunk", key, ranks=dict.fromkeys(scores, 1), scores=scores)


def keys(found: Any) -> list[UUID]:
    return [row.key for row in found]


def test_each_leg_tells_rank_and_number() -> None:
    found = {row.key: row for row in union({"vector": leg(A, B), "keyword": leg(C, B)})}

    assert found[B].ranks == {"vector": 2, "keyword": 2}
    assert found[B].scores == pytest.approx({"vector": 0.8, "keyword": 0.8})
    assert found[A].ranks == {"vector": 1}


def test_what_both_legs_like_comes_first() -> None:
    rows = [row(A, vector=0.9, keyword=0.0), row(B, vector=0.85, keyword=9.0)]
    rows += [row(C, vector=0.1, keyword=9.5)]

    found = fuse(rows)

    assert keys(found) == [B, C, A]
    assert all(one.score > other.score > 0 for one, other in itertools.pairwise(found))


def test_scales_do_not_matter() -> None:
    numbers = [(0.9, 1.0), (0.5, 7.0), (0.4, 3.0), (0.2, 6.5), (0.1, 0.0)]
    places = [A, B, C, D, E]

    plain = fuse(row(k, vector=v, keyword=w) for k, (v, w) in zip(places, numbers, strict=True))
    other = fuse(
        row(k, vector=0.7 + v / 10, keyword=100 * w)
        for k, (v, w) in zip(places, numbers, strict=True)
    )

    assert keys(plain) == keys(other)


@pytest.mark.parametrize("others", [1, 2, 5, 50])
def test_the_only_one_with_the_word_is_first_however_far_its_vector_is(others: int) -> None:
    rows = [row(UUID(int=n), vector=0.3 + n / 1000, keyword=0.0) for n in range(10, 10 + others)]

    assert fuse([*rows, row(A, vector=0.01, keyword=8.0)])[0].key == A


def test_similarities_stand_out_as_words_do() -> None:
    rows = [row(UUID(int=100 + n), vector=float(n), keyword=float(19 - n)) for n in range(20)]
    nearest = row(A, vector=20.0, keyword=9.5)
    best_words = row(B, vector=9.5, keyword=20.0)

    # By their standard scores alone, words would come first: they weigh a little more.
    assert keys(fuse([*rows, nearest, best_words]))[:2] == [A, B]


def test_one_leg_keeps_its_order() -> None:
    many = [UUID(int=number) for number in range(1, 40)]

    assert keys(fuse(union({"keyword": leg(*many), "vector": []}))) == many


def test_a_leg_that_thinks_all_the_same_says_nothing() -> None:
    rows = union({"vector": leg(C, A, B)})
    for found in rows:
        found.scores["keyword"] = 0.0

    assert keys(fuse(rows)) == [C, A, B]


def test_what_has_no_vector_yet_is_neither_near_nor_far() -> None:
    rows = [row(A, vector=0.9, keyword=1.0), row(B, vector=0.1, keyword=1.0), row(C, keyword=1.0)]

    assert keys(fuse(rows)) == [A, C, B]


def test_the_same_key_of_another_kind_is_another_row() -> None:
    found = fuse(union({"vector": leg(A), "keyword": leg(A, kind="message")}))

    assert {(row.kind, row.key) for row in found} == {("chunk", A), ("message", A)}


def test_equal_rows_keep_one_order() -> None:
    found = fuse(union({"vector": [("chunk", B, 1.0), ("chunk", A, 1.0), ("a", D, 1.0)]}))

    assert keys(found) == [B, A, D]


@pytest.mark.parametrize("number", [None, float("nan")])
def test_no_number_is_nobodys_first(number: float | None) -> None:
    found = fuse(union({"vector": [("chunk", A, 0.5), ("chunk", B, 0.9), ("chunk", C, number)]}))

    assert keys(found) == [B, C, A]


def test_nothing_is_nothing() -> None:
    assert fuse(union({})) == []
