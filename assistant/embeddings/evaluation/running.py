"""Asking every question in every mode."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from uuid import UUID

from assistant.conf import conf
from assistant.embeddings.evaluation.metrics import measure
from assistant.embeddings.evaluation.questions import Question
from assistant.embeddings.evaluation.results import Answer, Evaluation
from assistant.embeddings.search import Hits, search
from assistant.embeddings.search.requests import MAX_HITS, SOURCES

__all__ = ["DEPTH", "SHOWN", "FallbackError", "Searcher", "evaluate", "reranker"]

# So many documents are ranked, for recall@100.
DEPTH = 100
# So many hits a user asks for: what is timed, and what comes first.
SHOWN = 10
# A document has several passages; so many are asked for at first.
FIRST = 2 * DEPTH


class FallbackError(Exception):
    """A search that was answered in another mode than was asked for, and why."""


@dataclass
class Searcher:
    """How questions are asked: as whom, of what, and by which model."""

    user: Any = None
    sources: Sequence[str] = SOURCES
    tags: Sequence[str] = ()
    embedding_model: Any = None
    using: str | None = None
    rerank: bool | None = None
    """Whether hits are ranked again; None as it is set."""
    limits: dict[str, int] = field(default_factory=dict)
    """How many passages were needed of each mode so far."""

    def ask(self, question: Question, mode: str) -> tuple[Answer, Hits]:
        """Search as a user does, timed; then for as many passages as hold enough documents."""
        start = perf_counter()
        hits = self._search(question, mode, limit=SHOWN, rerank=self.rerank)
        latency = (perf_counter() - start) * 1000
        ranking = list(dict.fromkeys([*_documents(hits), *self._deep(question, mode)]))[:DEPTH]
        plans = {**hits.plans}
        for source, plan in hits.keyword_plans.items():
            plans[f"keyword:{source}"] = plan
        return Answer(ranking, measure(ranking, question.grades), plans, latency), hits

    def _deep(self, question: Question, mode: str) -> list[UUID]:
        limit = self.limits.get(mode, FIRST)
        while True:
            # What no user sees is not ranked again.
            hits = self._search(question, mode, limit=limit, rerank=False)
            found = _documents(hits)
            # Where there are fewer than half of what was asked for, there are no more.
            if len(found) >= DEPTH or limit == MAX_HITS or len(hits) < limit / 2:
                return found
            limit = self.limits[mode] = min(2 * limit, MAX_HITS)

    def _search(self, question: Question, mode: str, *, limit: int, rerank: bool | None) -> Hits:
        hits = search(
            question.text,
            user=self.user,
            sources=self.sources,
            tags=list(self.tags),
            mode=mode,
            limit=limit,
            embedding_model=self.embedding_model,
            using=self.using,
            record=False,
            rerank=rerank,
        )
        if hits.mode != mode or hits.note:
            raise FallbackError(f"A search in mode {mode} was answered otherwise. {hits.note}")
        return hits


def evaluate(
    questions: Sequence[Question],
    evaluation: Evaluation,
    searcher: Searcher,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Fill in an evaluation, question by question.

    Before that the first question is asked once in each mode, so that what cannot be searched
    raises at once and models are loaded before anything is timed. An exception leaves the
    questions that are complete.
    """
    for mode in sorted(evaluation.modes, key="vector".__ne__):
        _answer, hits = searcher.ask(questions[0], mode)
        evaluation.embedding_model = evaluation.embedding_model or hits.embedding_model
    for number, question in enumerate(questions):
        answers = {
            mode: searcher.ask(question, mode)[0] for mode in _turned(evaluation.modes, number)
        }
        evaluation.answers[question.key] = {mode: answers[mode] for mode in evaluation.modes}
        evaluation.texts[question.key] = question.text
        progress(number + 1)


def reranker() -> dict[str, Any]:
    """Return what ranks the best hits again, as it is set; empty for nothing."""
    return {
        name: value
        for name, value in conf.RERANKER.items()
        if name in ("backend", "model", "model_path", "candidates")
    }


def _documents(hits: Hits) -> list[UUID]:
    """Return the documents, each where its best passage is."""
    return list(dict.fromkeys(hit.source.pk for hit in hits))


def _turned(modes: Sequence[str], number: int) -> Iterator[str]:
    # Whichever comes first finds less in the caches: each in turn.
    start = number % len(modes)
    yield from [*modes[start:], *modes[:start]]
