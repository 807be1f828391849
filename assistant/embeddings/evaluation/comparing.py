"""Two systems on the same questions: modes of one evaluation, or one mode in two of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from assistant.embeddings.evaluation.metrics import NDCG, mean
from assistant.embeddings.evaluation.results import PerQuery
from assistant.embeddings.evaluation.significance import LEVEL, p_value

__all__ = ["Comparison", "compare_evaluations", "compare_modes", "margins"]

# From here on a question counts as better or worse.
TINY = 1e-9
LEGS = ("vector", "keyword")


@dataclass(frozen=True)
class Comparison:
    """How much better the first is than the second, question by question, and whether by chance."""

    first: str
    second: str
    metric: str
    differences: Mapping[str, float]
    p: float

    @classmethod
    def of(
        cls, first: str, second: str, differences: Mapping[str, float], *, metric: str = NDCG
    ) -> "Comparison":
        """Return a comparison with its significance."""
        return cls(first, second, metric, differences, p_value(list(differences.values())))

    @property
    def mean(self) -> float:
        """Return the mean difference: above 0 the first is better."""
        return mean(self.differences.values())

    @property
    def better(self) -> int:
        """Return of how many questions the first is better."""
        return sum(value > TINY for value in self.differences.values())

    @property
    def worse(self) -> int:
        """Return of how many questions the first is worse."""
        return sum(value < -TINY for value in self.differences.values())

    @property
    def is_significant(self) -> bool:
        """Say whether chance alone would hardly do this."""
        return self.p < LEVEL

    def as_json(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "first": self.first,
            "second": self.second,
            "metric": self.metric,
            "mean": self.mean,
            "better": self.better,
            "worse": self.worse,
            "questions": len(self.differences),
            "p": self.p,
            "is_significant": self.is_significant,
            "differences": dict(self.differences),
        }


def compare_modes(per_query: PerQuery, modes: tuple[str, ...]) -> list[Comparison]:
    """Return how the modes compare, two at a time; hybrid is always the first."""
    ordered = sorted(modes, key="hybrid".__ne__)
    return [
        Comparison.of(
            first,
            second,
            {
                query: answers[first][NDCG] - answers[second][NDCG]
                for query, answers in per_query.items()
            },
        )
        for first, second in combinations(ordered, 2)
    ]


def compare_evaluations(
    per_query: PerQuery, former: PerQuery, modes: tuple[str, ...]
) -> dict[str, Comparison]:
    """Return how each mode compares with a former evaluation, on the questions both have."""
    found = {}
    for mode in modes:
        differences = {
            query: answers[mode][NDCG] - former[query][mode][NDCG]
            for query, answers in per_query.items()
            if NDCG in former.get(query, {}).get(mode, {})
        }
        if differences:
            found[mode] = Comparison.of("now", "then", differences)
    return found


def margins(per_query: PerQuery) -> dict[str, float]:
    """Return by how much hybrid is above the better leg, by question, the worst first."""
    found = {
        query: answers["hybrid"][NDCG] - max(answers[leg][NDCG] for leg in LEGS if leg in answers)
        for query, answers in per_query.items()
        if "hybrid" in answers and any(leg in answers for leg in LEGS)
    }
    return dict(sorted(found.items(), key=lambda item: item[1]))
