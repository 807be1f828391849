"""Where the bars and lines of charts are; the templates draw them, and write the numbers beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistant.embeddings.admin.figures import METRICS, figure, margins, modes_of

__all__ = ["MARGIN_HEIGHT", "Bars", "Margins", "Series", "bars_of", "margins_of", "series_of"]

TITLES = {"hybrid": _("hybrid"), "vector": _("by meaning"), "keyword": _("by words")}
# Charts are drawn in these units and stretched to the page's width.
WIDTH = 1_000
MARGIN_HEIGHT = 200
# Bars of single questions; of more questions, as many of them at even distances.
MAX_BARS = 400
# Questions that are named at either end.
NAMED = 10
# From here on a question counts as better or worse.
TINY = 1e-9
KNOWN = ("hybrid", "vector", "keyword")


@dataclass(frozen=True)
class Bars:
    """One figure of every mode."""

    title: str
    bars: list[tuple[str, str, float | None, int]]
    """Each mode's class and name, the figure, and how long its bar is."""


@dataclass(frozen=True)
class Margins:
    """How far hybrid is above its better leg, question by question."""

    bars: list[dict[str, Any]]
    width: int
    top: float
    """The largest difference in either direction, to which the chart reaches."""
    better: int
    worse: int
    same: int
    mean: float
    best: list[tuple[str, float]]
    worst: list[tuple[str, float]]
    is_sample: bool

    @property
    def count(self) -> int:
        """Return of how many questions it tells."""
        return self.better + self.worse + self.same


@dataclass(frozen=True)
class Series:
    """One figure of each mode in successive evaluations of some questions."""

    name: str
    lines: list[dict[str, Any]]
    times: list[Any]
    low: float
    high: float


def bars_of(figures: Any) -> list[Bars]:
    """Return a group of bars for each figure that there is."""
    groups = []
    for metric, title in METRICS.items():
        values = [(mode, figure(figures, mode, metric)) for mode in modes_of(figures)]
        if any(value is not None for _mode, value in values):
            bars = [
                (_css(mode), str(TITLES.get(mode, mode)), value, round(WIDTH * (value or 0)))
                for mode, value in values
            ]
            groups.append(Bars(title, bars))
    return groups


def margins_of(per_query: Any) -> Margins | None:
    """Return the bars of single questions, or None where there is nothing to compare."""
    found = margins(per_query)
    if not found:
        return None
    shown = _evenly(found, MAX_BARS)
    top = max(abs(value) for _query, value in found)
    middle = MARGIN_HEIGHT / 2
    bars = []
    for place, (query, value) in enumerate(shown):
        height = round(middle * abs(value) / top, 2) if top > TINY else 0
        bars.append(
            {
                "query": query,
                "value": value,
                "x": 10 * place,
                "y": middle - height if value > 0 else middle,
                "height": height,
                "kind": "better" if value > 0 else "worse",
            }
        )
    better = [item for item in found if item[1] > TINY]
    worse = [item for item in found if item[1] < -TINY]
    return Margins(
        bars=bars,
        width=10 * len(shown),
        top=top,
        better=len(better),
        worse=len(worse),
        same=len(found) - len(better) - len(worse),
        mean=sum(value for _query, value in found) / len(found),
        best=better[:NAMED],
        worst=worse[::-1][:NAMED],
        is_sample=len(shown) < len(found),
    )


def series_of(
    rows: Sequence[tuple[str, Any, Any]], *, metric: str = "ndcg@10", most: int = 6
) -> list[Series]:
    """Return what there is to chart over time, of at most so many names.

    ``rows`` are names, times and figures, the latest first; a name with one row has no line.
    """
    by_name: dict[str, list[tuple[Any, Any]]] = {}
    for name, time, figures in rows:
        by_name.setdefault(name, []).insert(0, (time, figures))
    charted = [(name, items) for name, items in by_name.items() if len(items) > 1]
    found = (_series(name, items, metric) for name, items in charted[:most])
    return [series for series in found if series.lines]


def _series(name: str, items: list[tuple[Any, Any]], metric: str) -> Series:
    values: dict[str, list[tuple[int, float]]] = {}
    for place, (_time, figures) in enumerate(items):
        for mode in modes_of(figures):
            if (value := figure(figures, mode, metric)) is not None:
                values.setdefault(mode, []).append((place, value))
    every = [value for line in values.values() for _place, value in line]
    # A little room above and below, so that no line is drawn on the edge.
    low = max(0.0, min(every, default=0.0) - 0.02)
    high = min(1.0, max(every, default=1.0) + 0.02)
    step = WIDTH / (len(items) - 1)
    lines = []
    for mode in modes_of(values):
        points = [
            (round(step * place, 1), round(MARGIN_HEIGHT * (high - value) / (high - low), 1), value)
            for place, value in values[mode]
        ]
        lines.append(
            {
                "css": _css(mode),
                "title": str(TITLES.get(mode, mode)),
                "points": points,
                "path": " ".join(f"{x},{y}" for x, y, _value in points),
                "first": points[0][2],
                "last": points[-1][2],
            }
        )
    return Series(name, lines, [time for time, _figures in items], low, high)


def _evenly(items: list[Any], most: int) -> list[Any]:
    """Return the items, or so many of them at even distances, both ends among them."""
    if len(items) <= most:
        return items
    return [items[round(place * (len(items) - 1) / (most - 1))] for place in range(most)]


def _css(mode: str) -> str:
    """Return what a mode's class ends in; a row may hold modes of any name."""
    return mode if mode in KNOWN else "other"
