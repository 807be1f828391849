import pytest

from benchmarks.ranking_metrics import measure, ndcg, recall, reciprocal_rank

GRADES = {"a": 2, "b": 1, "c": 0}


@pytest.mark.parametrize(
    "ranking, expected",
    [
        (["a", "b"], 1.0),
        (["b", "a"], (1 + 2 / 1.5849625) / (2 + 1 / 1.5849625)),
        (["c", "x", "a"], (2 / 2) / (2 + 1 / 1.5849625)),
        (["c", "x"], 0.0),
    ],
)
def test_ndcg_weighs_grades_by_place(ranking: list[str], expected: float) -> None:
    assert ndcg(ranking, GRADES) == pytest.approx(expected)


def test_ndcg_looks_at_the_first_only() -> None:
    assert ndcg(["x", "a"], GRADES, depth=1) == 0


def test_recall_is_of_what_is_relevant() -> None:
    assert recall(["c", "b", "x"], GRADES) == 0.5
    assert recall(["x", "b"], GRADES, depth=1) == 0


def test_reciprocal_rank_is_of_the_first_relevant_one() -> None:
    assert reciprocal_rank(["c", "b", "a"], GRADES) == 0.5
    assert reciprocal_rank(["c"], GRADES) == 0


def test_all_are_measured() -> None:
    assert measure(["c", "a", "b"], GRADES)["rr"] == 0.5
    assert set(measure([], GRADES).values()) == {0}
