"""How good a ranking is."""

from math import log2

import pytest

from assistant.embeddings.evaluation.metrics import (
    mean,
    measure,
    ndcg,
    percentile,
    recall,
    reciprocal_rank,
)


def test_a_document_gains_its_grade_discounted_by_its_place() -> None:
    """The grades of the first three are 2, 0 and 1; the ideal order is 3, 2, 1."""
    grades = {"a": 2, "b": 0, "c": 1, "d": 3}

    found = ndcg(["a", "b", "c"], grades)

    # (2/1 + 0 + 1/2) / (3/1 + 2/log2(3) + 1/2)
    assert found == pytest.approx(2.5 / 4.761859507142915, abs=1e-12)


def test_figures_are_trec_eval_s() -> None:
    """The values are those that trec_eval gives, with its four digits and more."""
    grades = {"d1": 1, "d2": 0, "d3": 2, "d4": 3, "d5": -1, "d6": 1}
    ranking = ["d2", "d5", "d1", "x", "d4", "y", "d3"]

    found = measure(ranking, grades)

    dcg = 1 / log2(4) + 3 / log2(6) + 2 / log2(8)
    ideal = 3 + 2 / log2(3) + 1 / log2(4) + 1 / log2(5)
    assert found == pytest.approx({"ndcg@10": dcg / ideal, "recall@100": 3 / 4, "rr": 1 / 3})


def test_the_ideal_is_cut_where_the_ranking_is() -> None:
    """Ten of twenty relevant documents on the first ten places are all there can be."""
    grades = dict.fromkeys(range(20), 1)

    assert ndcg(range(10), grades, depth=10) == pytest.approx(1)


def test_what_comes_after_the_depth_does_not_count() -> None:
    """Place 11 is no part of nDCG@10, nor place 101 of recall@100."""
    others = list(range(10))

    assert ndcg([*others, "a"], {"a": 1}, depth=10) == 0
    assert ndcg([*others[:9], "a"], {"a": 1}, depth=10) == pytest.approx(1 / log2(11))
    assert recall([*range(100), "a"], {"a": 1}) == 0
    assert recall([*range(99), "a"], {"a": 1}) == 1
    assert reciprocal_rank([*range(100), "a"], {"a": 1}) == pytest.approx(1 / 101)


@pytest.mark.parametrize("grades", [{}, {"a": 0}, {"a": -1}], ids=["none", "zero", "negative"])
def test_without_a_relevant_document_all_is_zero(grades: dict[str, int]) -> None:
    """Grades of 0 and below are not relevant."""
    assert measure(["a", "b"], grades) == {"ndcg@10": 0, "recall@100": 0, "rr": 0}


def test_of_a_document_that_comes_twice_the_first_place_counts() -> None:
    """No figure can go above 1, and no place is taken by a repetition."""
    assert measure(["a", "a", "b"], {"a": 1, "b": 1}) == pytest.approx(
        {"ndcg@10": 1, "recall@100": 1, "rr": 1}
    )


def test_the_mean_of_nothing_is_zero() -> None:
    """Means never divide by zero."""
    assert mean([]) == 0
    assert mean([1, 2]) == 1.5


@pytest.mark.parametrize(
    "values, share, expected",
    [
        ([], 0.95, 0),
        ([7], 0.95, 7),
        ([3, 1, 2], 0.5, 2),
        (list(range(1, 101)), 0.95, 95),
        (list(range(1, 101)), 1, 100),
    ],
    ids=["none", "one", "median", "p95", "largest"],
)
def test_percentiles_are_values_that_were_measured(
    values: list[float], share: float, expected: float
) -> None:
    """The nearest rank: at least the share of the values is no larger."""
    assert percentile(values, share) == expected
