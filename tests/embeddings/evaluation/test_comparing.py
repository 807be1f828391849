"""Comparing modes and evaluations."""

from typing import Any

import pytest

from assistant.embeddings.evaluation.comparing import compare_evaluations, compare_modes, margins

MODES = ("vector", "keyword", "hybrid")


def row(**values: float) -> dict[str, Any]:
    return {mode: {"ndcg@10": value} for mode, value in values.items()}


def test_modes_are_compared_by_question() -> None:
    per_query = {
        "1": row(vector=0.5, keyword=0.1, hybrid=0.6),
        "2": row(vector=0.5, keyword=0.9, hybrid=0.8),
        "3": row(vector=0.5, keyword=0.5, hybrid=0.5),
    }

    first, second, third = compare_modes(per_query, MODES)

    assert (first.first, first.second) == ("hybrid", "vector")
    assert first.mean == pytest.approx(0.4 / 3)
    assert (first.better, first.worse) == (2, 0)
    # Of the 4 ways to sign .1 and .3, two are as far from 0.
    assert first.p == 0.5
    assert not first.is_significant
    assert (second.first, second.second) == ("hybrid", "keyword")
    assert (second.better, second.worse) == (1, 1)
    assert (third.first, third.second) == ("vector", "keyword")


def test_a_difference_on_every_question_is_no_chance() -> None:
    per_query = {str(n): row(vector=0.5, hybrid=0.6) for n in range(20)}

    [found] = compare_modes(per_query, ("vector", "hybrid"))

    assert found.is_significant
    assert found.as_json()["p"] < 0.001


def test_one_mode_is_compared_with_nothing() -> None:
    assert compare_modes({"1": row(vector=0.5)}, ("vector",)) == []


def test_hybrid_is_compared_with_the_better_leg() -> None:
    per_query = {
        "1": row(vector=0.5, keyword=0.25, hybrid=1),
        "2": row(vector=0.5, keyword=1, hybrid=0.25),
    }

    assert margins(per_query) == {"2": -0.75, "1": 0.5}
    assert list(margins(per_query)) == ["2", "1"]
    assert margins({"1": row(vector=0.5)}) == {}
    assert margins({"1": row(hybrid=0.5)}) == {}


def test_evaluations_are_compared_on_what_both_have() -> None:
    now = {"1": row(vector=0.5, hybrid=0.5), "2": row(vector=0.5, hybrid=0.75)}
    then = {"2": row(hybrid=0.5), "3": row(hybrid=1)}

    found = compare_evaluations(now, then, ("vector", "hybrid"))

    assert list(found) == ["hybrid"]
    assert found["hybrid"].differences == {"2": 0.25}
