"""choose_plan."""

import pytest

from assistant.embeddings.search.plans import EXACT, EXACT_OF_FEW, band, choose_plan, exact_up_to


def test_few_rows_are_all_read() -> None:
    plan = choose_plan(matching=1_000, total=1_000_000, indexed=True, limit=10)

    assert plan == EXACT_OF_FEW
    assert plan.settings == {}


def test_many_rows_are_asked_of_the_index() -> None:
    plan = choose_plan(matching=100_000, total=1_000_000, indexed=True, limit=10)

    assert plan.kind == "index"
    assert plan.candidates > 10
    assert plan.settings["hnsw.iterative_scan"] == "relaxed_order"
    assert plan.settings["enable_sort"] == "off"


def test_without_an_index_all_are_read() -> None:
    assert choose_plan(matching=10**6, total=10**6, indexed=False, limit=10) == EXACT


def test_the_border_is_exact_on_its_lower_side() -> None:
    border = exact_up_to(total=1_000_000, limit=10)

    assert choose_plan(matching=border, total=10**6, indexed=True, limit=10).kind == "exact"
    assert choose_plan(matching=border + 1, total=10**6, indexed=True, limit=10).kind == "index"


def test_the_border_grows_slower_than_the_table() -> None:
    small, large = (exact_up_to(total=total, limit=10) for total in (10**6, 10**8))

    assert small < large == pytest.approx(10 * small, rel=0.01)


@pytest.mark.parametrize("limit", [1, 10, 100, 400, 1_000, 5_000])
def test_the_settings_are_those_that_pgvector_takes(limit: int) -> None:
    plan = choose_plan(matching=10**7, total=10**7, indexed=True, limit=limit)

    assert plan.candidates >= limit
    assert 1 <= int(plan.settings["hnsw.ef_search"]) <= 1_000
    assert 1 <= int(plan.settings["hnsw.max_scan_tuples"]) < 2**31


def test_the_rarer_the_rows_the_further_the_index_looks() -> None:
    tuples = [
        int(
            choose_plan(matching=matching, total=10**8, indexed=True, limit=10).settings[
                "hnsw.max_scan_tuples"
            ]
        )
        for matching in (10**8, 250_000)
    ]

    assert tuples[0] < tuples[1]


def test_the_border_lies_within_the_band() -> None:
    low, border, high = band(total=1_000_000, limit=10)

    assert 0 < low < border < high
