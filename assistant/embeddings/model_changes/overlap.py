"""How much of what one model finds another finds, too."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from assistant.embeddings.backends import EmbeddingError
from assistant.embeddings.model_changes.errors import UnsearchableModelError
from assistant.embeddings.model_changes.questions import Question
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.search import Hits, search

__all__ = ["DEPTH", "Comparison", "Overlap", "compare"]

DEPTH = 10

# What people get, and what differs: the words find the same with every model.
MODES = ("hybrid", "vector")


@dataclass(frozen=True)
class Comparison:
    """One question, and what share of the best both models find, by mode."""

    question: Question
    shares: dict[str, float]


@dataclass(frozen=True)
class Overlap:
    """All questions' comparisons."""

    comparisons: list[Comparison]

    def mean(self, mode: str) -> float:
        """Return the mean over the questions."""
        return fmean(comparison.shares[mode] for comparison in self.comparisons)

    def worst(self, count: int) -> list[Comparison]:
        """Return the questions whose answers differ most."""
        order = sorted(self.comparisons, key=lambda c: (c.shares["hybrid"], c.shares["vector"]))
        return order[:count]


def compare(
    former: EmbeddingModel,
    new: EmbeddingModel,
    questions: Iterable[Question],
    *,
    using: str,
    on_progress: Callable[[int], None] | None = None,
) -> Overlap:
    """Search everything with both models, and compare whose text the first hits are.

    Passages are not compared: each model splits texts its own way.

    Raises ``UnsearchableModelError`` where a model cannot embed the questions: of the former only
    where the new one can.
    """
    comparisons = []
    for number, question in enumerate(questions, 1):
        shares = {}
        for mode in MODES:
            one, other = (
                _found(question.text, mode=mode, model=model, using=using)
                for model in (new, former)
            )
            shares[mode] = len(one & other) / max(len(one), len(other), 1)
            if not one and not other:
                shares[mode] = 1.0
        comparisons.append(Comparison(question, shares))
        if on_progress is not None:
            on_progress(number)
    return Overlap(comparisons)


def _found(question: str, *, mode: str, model: EmbeddingModel, using: str) -> set[Any]:
    try:
        hits: Hits = search(
            question,
            user=None,
            mode=mode,
            limit=DEPTH,
            embedding_model=model,
            using=using,
            record=False,
        )
    except (EmbeddingError, ValueError) as error:
        raise UnsearchableModelError(model, str(error).splitlines()[0]) from error
    if hits.note:
        raise UnsearchableModelError(model, hits.note.splitlines()[0])
    return {(hit.kind, hit.source.pk) for hit in hits}
