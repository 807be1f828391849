"""What an evaluation has found, of each question and in the mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from assistant.embeddings.evaluation.metrics import METRICS, mean, percentile

__all__ = ["MEANS", "Answer", "Evaluation", "PerQuery", "figures_of"]

# The figures of each mode by question, as they are stored: {id: {mode: {"ndcg@10": …}}}
PerQuery = Mapping[str, Mapping[str, Mapping[str, Any]]]

# What the mean of a question's figure is called.
MEANS = {metric: "mrr" if metric == "rr" else metric for metric in METRICS}


@dataclass(frozen=True)
class Answer:
    """What one search found: the documents, the figures, the plan and the time."""

    ranking: list[UUID]
    figures: Mapping[str, float]
    plans: Mapping[str, str]
    latency: float
    """Milliseconds of a search for ten hits."""

    def as_json(self) -> dict[str, Any]:
        """Return what is stored of it."""
        return {**self.figures, "plans": dict(self.plans), "latency_ms": round(self.latency, 3)}


@dataclass
class Evaluation:
    """The answers to each question, by mode, and what was searched with."""

    name: str
    modes: tuple[str, ...]
    depth: int
    answers: dict[str, dict[str, Answer]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    embedding_model: Any = None

    @property
    def per_query(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the figures of each question and mode."""
        return {
            query: {mode: answer.as_json() for mode, answer in answers.items()}
            for query, answers in self.answers.items()
        }

    @property
    def figures(self) -> dict[str, dict[str, Any]]:
        """Return the means of each mode."""
        return figures_of(self.per_query, self.modes)

    def rankings(self, mode: str) -> dict[str, list[UUID]]:
        """Return what a mode found, by question."""
        return {query: answers[mode].ranking for query, answers in self.answers.items()}


def figures_of(per_query: PerQuery, modes: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return the means of each mode over all questions, and its median and 95 % latency."""
    found: dict[str, dict[str, Any]] = {}
    for mode in modes:
        rows = [answers[mode] for answers in per_query.values()]
        times = [row["latency_ms"] for row in rows]
        found[mode] = {
            **{name: mean(row[metric] for row in rows) for metric, name in MEANS.items()},
            "latency_ms": {"median": percentile(times, 0.5), "p95": percentile(times, 0.95)},
        }
    return found
