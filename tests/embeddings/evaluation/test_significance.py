"""Whether a difference may be chance."""

from random import Random

import pytest

from assistant.embeddings.evaluation.significance import p_value


@pytest.mark.parametrize(
    "differences, expected",
    [
        ([], 1),
        ([0, 0], 1),
        ([0.5], 1),
        ([0.1] * 5, 2 / 32),
        ([0.1, -0.1], 1),
        ([0.1] * 10, 2 / 1024),
        # Of 16 ways to give them signs, 4 add up to 8 or more, or to -8 or less.
        ([-1, 2, 3, 4], 4 / 16),
        ([1, 2, 3, 4, 0], 2 / 16),
    ],
)
def test_of_few_differences_all_signs_are_tried(differences: list[float], expected: float) -> None:
    assert p_value(differences) == pytest.approx(expected)


def test_of_many_differences_a_sample_says_nearly_the_same() -> None:
    """The exact value, by the normal distribution of a sum of 100 signs, is near .03."""
    differences = [1.0] * 61 + [-1.0] * 39

    found = p_value(differences)

    assert found == pytest.approx(0.0352, abs=0.01)
    assert p_value(differences) == found


def test_chance_is_seldom_called_a_difference() -> None:
    """Of 100 comparisons of noise about 5 are below .05."""
    random = Random(3)  # noqa: S311

    found = [p_value([random.gauss(0, 1) for _ in range(12)]) for _ in range(100)]

    assert 1 <= sum(value < 0.05 for value in found) <= 10


def test_thousands_of_questions_take_a_moment() -> None:
    assert p_value([0.01] * 20_000) == pytest.approx(1 / 1_001)
