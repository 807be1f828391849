"""Where the bars and lines of charts are, and how they are drawn."""

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from assistant.embeddings.admin.charts import bars_of, margins_of, series_of

FOLDER = "admin/assistant_embeddings/searchevaluation"
FIGURES = {
    "keyword": {"ndcg@10": 0.3, "recall@100": 0.5, "mrr": 0.25},
    "vector": {"ndcg@10": 0.4, "recall@100": 0.6},
    "hybrid": {"ndcg@10": 0.45, "recall@100": 1, "mrr": 0.5, "latency_ms": {"median": 4}},
}
NOT_FIGURES = [
    {},
    None,
    [],
    "x",
    {"hybrid": None},
    {"hybrid": 7},
    {"hybrid": {"ndcg@10": "<b>"}},
    {"hybrid": {"ndcg@10": True}},
    {"hybrid": {"ndcg@10": [1]}},
    {"hybrid": {"ndcg@10": float("nan")}},
]


def question(hybrid: float, vector: float, keyword: float) -> dict[str, Any]:
    return {
        "hybrid": {"ndcg@10": hybrid},
        "vector": {"ndcg@10": vector},
        "keyword": {"ndcg@10": keyword},
    }


def drawn(template: str, **context: Any) -> ElementTree.Element:
    """Return the page's part, which is well-formed."""
    numbers = {"chart_height": 200, "middle": 100}
    text = render_to_string(f"{FOLDER}/{template}.html", {**numbers, **context})
    assert "style=" not in text
    return ElementTree.fromstring(text.replace("&nbsp;", " "))  # noqa: S314 (our own)


def test_bars_of_each_figure_are_in_the_order_of_the_modes() -> None:
    groups = bars_of(FIGURES)
    assert [group.title for group in groups] == ["nDCG@10", "recall@100", "MRR"]
    assert [bar[1:] for bar in groups[0].bars] == [
        ("hybrid", 0.45, 450),
        ("by meaning", 0.4, 400),
        ("by words", 0.3, 300),
    ]
    assert groups[2].bars[1][2:] == (None, 0)


def test_bars_are_drawn_with_their_numbers_beside() -> None:
    page = drawn("bars", bars=bars_of(FIGURES))
    rows = page.findall(".//tbody/tr")
    assert [row.findtext("th") for row in rows[:2]] == ["nDCG@10", "hybrid"]
    assert rows[1].findtext("td[@class='chart-value']") == "0.4500"
    lengths = [int(bar.get("width", "")) for bar in page.findall(".//rect[@class='chart-hybrid']")]
    assert lengths == [450, 1000, 500]


@pytest.mark.parametrize("figures", NOT_FIGURES, ids=str)
def test_what_is_no_figure_is_not_charted(figures: Any) -> None:
    assert bars_of(figures) == []
    assert margins_of({"1": figures}) is None
    assert margins_of(figures) is None
    assert series_of([("a", None, figures), ("a", None, figures)]) == []


def test_figures_beyond_their_range_stay_in_the_chart() -> None:
    found = bars_of({"hybrid": {"ndcg@10": 7}, "own": {"ndcg@10": -1}})
    assert [bar[2:] for bar in found[0].bars] == [(1.0, 1000), (0.0, 0)]
    assert [bar[0] for bar in found[0].bars] == ["hybrid", "other"]


def test_margins_are_to_the_better_leg_and_sorted() -> None:
    found = margins_of(
        {
            "worse": question(0.25, 0.5, 0.0),
            "same": question(0.5, 0.5, 0.1),
            "best": question(1.0, 0.5, 0.25),
            "better": question(0.5, 0.0, 0.25),
        }
    )
    assert found is not None
    assert [bar["query"] for bar in found.bars] == ["best", "better", "same", "worse"]
    assert [(bar["y"], bar["height"]) for bar in found.bars] == [
        (0, 100),
        (50, 50),
        (100, 0),
        (100, 50),
    ]
    assert (found.better, found.worse, found.same, found.count) == (2, 1, 1, 4)
    assert found.mean == pytest.approx(0.125)
    assert found.best == [("best", 0.5), ("better", 0.25)]
    assert found.worst == [("worse", -0.25)]
    assert not found.is_sample


def test_one_leg_is_enough_for_a_margin() -> None:
    found = margins_of({"1": {"hybrid": {"ndcg@10": 0.5}, "vector": {"ndcg@10": "0.25"}}})
    assert found is not None
    assert found.mean == 0.25
    assert margins_of({"1": {"hybrid": {"ndcg@10": 0.5}}}) is None


def test_all_the_same_is_a_chart_without_bars() -> None:
    found = margins_of({str(number): question(0.5, 0.5, 0.5) for number in range(3)})
    assert found is not None
    assert [bar["height"] for bar in found.bars] == [0, 0, 0]


def test_of_many_questions_some_are_drawn() -> None:
    many = {str(number): question(0.5, number / 2_000, 0) for number in range(2_000)}
    found = margins_of(many)
    assert found is not None
    assert len(found.bars) == 400
    assert found.bars[0]["query"] == "0"
    assert found.bars[-1]["query"] == "1999"
    assert found.count == 2_000
    assert (len(found.best), len(found.worst)) == (10, 10)
    assert "400 of them are drawn" in "".join(drawn("margins", margins=found).itertext())


def test_margins_are_drawn_and_told() -> None:
    evil = '"><script>alert(1)</script>'
    page = drawn("margins", margins=margins_of({evil: question(1, 0, 0), "2": question(0, 1, 0)}))
    svg = page.find(".//svg")
    assert svg is not None
    assert svg.get("role") == "img"
    assert svg.findtext("title")
    assert "1 above the line, 1 below it" in (svg.findtext("desc") or "")
    assert [bar.findtext("title") for bar in svg.findall("rect")] == [
        f"{evil}: 1.0000",
        "2: -1.0000",
    ]
    assert [cell.text for cell in page.findall(".//td")] == [evil, "+1.0000", "2", "-1.0000"]
    assert page.findall(".//script") == []


def rows(*values: float, name: str = "ours") -> list[tuple[str, Any, Any]]:
    """Return evaluations, given in the order of time, as they are read: the latest first."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    found = [
        (name, first + timedelta(days=day), {"hybrid": {"ndcg@10": value}})
        for day, value in enumerate(values)
    ]
    return found[::-1]


def test_lines_go_from_the_first_to_the_latest() -> None:
    [series] = series_of(rows(0.40, 0.44, 0.42))
    [line] = series.lines
    assert (series.low, series.high) == (pytest.approx(0.38), pytest.approx(0.46))
    assert [x for x, _y, _value in line["points"]] == [0, 500, 1000]
    assert [y for _x, y, _value in line["points"]] == [150, 50, 100]
    assert (line["first"], line["last"]) == (0.40, 0.42)
    assert series.times == sorted(series.times)


def test_names_have_charts_of_their_own_and_one_evaluation_has_none() -> None:
    found = series_of([*rows(0.1, 0.2), *rows(0.5, name="once"), *rows(0.3, 0.4, name="theirs")])
    assert [series.name for series in found] == ["ours", "theirs"]
    many = [row for number in range(20) for row in rows(0.1, 0.2, name=str(number))]
    assert len(series_of(many)) == 6


def test_a_mode_that_was_left_out_once_keeps_its_places() -> None:
    both = {"hybrid": {"ndcg@10": 0.5}, "vector": {"ndcg@10": 0.4}}
    one = {"hybrid": {"ndcg@10": 0.5}}
    [series] = series_of([("a", 3, both), ("a", 2, one), ("a", 1, both)])
    assert [x for x, _y, _value in series.lines[1]["points"]] == [0, 1000]


def test_lines_are_drawn_and_told(settings: Any) -> None:
    settings.USE_THOUSAND_SEPARATOR = True
    settings.LANGUAGE_CODE = "de"
    evil = "<b>ours</b>"
    page = drawn("series", series=series_of(rows(0.40, 0.44, 0.42, name=evil)))
    assert page.findtext(".//figcaption") == evil
    line = page.find(".//polyline")
    assert line is not None
    assert line.get("points") == "0.0,150.0 500.0,50.0 1000.0,100.0"
    points = [point.get("d") for point in page.findall(".//path")]
    assert points == ["M0.0 150.0h0", "M500.0 50.0h0", "M1000.0 100.0h0"]
    svg = page.find(".//div/svg")
    assert svg is not None
    assert svg.get("viewBox") == "0 0 1000 200"
    assert "hybrid: 0" in (svg.findtext("desc") or "")
