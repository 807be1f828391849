"""The figures of an evaluation as its row has them, whoever wrote the row."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.embeddings.search.requests import MODES

__all__ = ["MARGIN", "METRICS", "figure", "margins", "modes_of"]

# What is charted: its key among an evaluation's figures, and how it is written.
METRICS = {"ndcg@10": "nDCG@10", "recall@100": "recall@100", "mrr": "MRR"}
# Of a question.
MARGIN = "ndcg@10"
LEGS = ("vector", "keyword")


def modes_of(figures: Any) -> list[str]:
    """Return the modes that there are figures of, the usual ones first."""
    found = [mode for mode in figures or () if isinstance(figures, Mapping)]
    return sorted(found, key=lambda mode: (MODES.index(mode) if mode in MODES else 99, mode))


def figure(figures: Any, mode: str, metric: str) -> float | None:
    """Return one from 0 to 1, which may be written as a text, or None where there is none."""
    value = figures
    for key in (mode, metric):
        value = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return min(1.0, max(0.0, number)) if math.isfinite(number) else None


def margins(per_query: Any) -> list[tuple[str, float]]:
    """Return by how much hybrid is above its better leg, of each question, the most first."""
    return sorted(_margins(per_query), key=lambda item: (-item[1], item[0]))


def _margins(per_query: Any) -> Iterator[tuple[str, float]]:
    for query, answers in per_query.items() if isinstance(per_query, Mapping) else ():
        hybrid = figure(answers, "hybrid", MARGIN)
        legs = [value for leg in LEGS if (value := figure(answers, leg, MARGIN)) is not None]
        if hybrid is not None and legs:
            yield query, hybrid - max(legs)
