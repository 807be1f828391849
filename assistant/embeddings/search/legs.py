"""The two legs of a search: the nearest vectors, and the best words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.search.backlog import backlog_of, backlog_sql
from assistant.embeddings.search.completing import complete, likeness
from assistant.embeddings.search.frequencies import frequencies_of
from assistant.embeddings.search.fusion import Candidate, Ranked
from assistant.embeddings.search.keywords import CHUNKS, keyword_sql
from assistant.embeddings.search.parameters import CANDIDATES
from assistant.embeddings.search.parts import Part, leg_sql
from assistant.embeddings.search.requests import SearchRequest
from assistant.embeddings.search.scopes import chunks_of, waiting_of
from assistant.embeddings.search.statements import fetch
from assistant.embeddings.search.targets import Target
from assistant.embeddings.search.vectors import plan_for, vector_leg
from assistant.embeddings.search.words import Statistics, Words, read_words

__all__ = ["SPARE", "Legs", "is_live"]

# More than are wanted: what has changed since it was embedded is left out when it is read.
SPARE = 20

STATUS = "SELECT status FROM embedding_models WHERE id = %s"


@dataclass
class Legs:
    """The legs of one search, of one model's passages; without a vector, of words only."""

    request: SearchRequest
    model: EmbeddingModel | None
    vector: Sequence[float] | None
    using: str
    settings: dict[str, str] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)
    keyword_plans: dict[str, str] = field(default_factory=dict)

    def find(self) -> tuple[dict[str, list[Candidate]], bool]:
        """Return each leg's best, in one round trip, and whether their model is not retired yet."""
        legs: dict[str, list[Part]] = {}
        if self.vector is not None and self.model is not None:
            legs["vector"] = self._vector_parts(self.model, self.vector)
        if self.request.mode != "vector":
            legs["keyword"] = self._keyword_parts()
        limit = max(CANDIDATES, self.request.wanted + SPARE)
        asked = {leg: leg_sql(parts, limit=limit) for leg, parts in legs.items() if parts}
        if not asked:
            return {}, True
        statements = [*asked.values(), (STATUS, [self.model and self.model.pk])]
        *rows, status = fetch(statements, using=self.using, settings=self.settings)
        found = {leg: list(candidates) for leg, candidates in zip(asked, rows, strict=True)}
        return found, _is_live(self.model, status)

    def complete(self, rows: Sequence[Ranked]) -> None:
        """Let each leg say what it thinks of what only the other has found."""
        if self.request.mode == "hybrid" and self.model is not None and self.vector is not None:
            complete(
                rows,
                model=self.model,
                vector=self.vector,
                words=self.words,
                scale=self.scale,
                using=self.using,
            )

    @cached_property
    def words(self) -> Words:
        """The words of the question."""
        key = self.model and self.model.pk
        return read_words(self.request.question, using=self.using, embedding_model=key)

    @property
    def scale(self) -> Statistics:
        """Of all kinds that are searched together: their words' ranks have to compare."""
        known = self.words.statistics
        return sum(
            (known.get(source, Statistics()) for source in self.request.sources), Statistics()
        )

    def _vector_parts(self, model: EmbeddingModel, vector: Sequence[float]) -> list[Part]:
        limit = CANDIDATES if self.request.mode == "hybrid" else self.request.wanted + SPARE
        limit = max(limit, self.request.wanted + SPARE)
        parts = []
        for source in self.request.sources:
            rows = chunks_of(source, self.request, embedding_model=model, using=self.using)
            if self.request.mode == "hybrid":
                rows = rows.filter(CHUNKS.restriction(self.words))
            target = Target.of(rows, model)
            plan = plan_for(target, embedding_model=model, limit=limit)
            leg = vector_leg(target, embedding_model=model, vector=vector, limit=limit, plan=plan)
            self.plans[source] = plan.kind
            for name, value in leg.settings.items():
                self.settings[name] = _larger(self.settings.get(name), value)
            # Fusion takes numbers that are higher the better.
            parts.append(
                Part(
                    f"{source}:chunk",
                    f"SELECT id, {likeness(model)} FROM ({leg.sql}) AS leg",  # noqa: S608
                    leg.params,
                )
            )
        return parts

    def _keyword_parts(self) -> list[Part]:
        limit = max(CANDIDATES, self.request.wanted + SPARE)
        backlog = backlog_of(self.model, using=self.using)
        parts = []
        for source in self.request.sources:
            if self.model is not None:
                rows = chunks_of(source, self.request, embedding_model=self.model, using=self.using)
                known = self.words.statistics.get(source, Statistics())
                if not self.scale.passages:
                    # Nothing was counted, as after a restore without triggers.
                    known = frequencies_of(rows, "chunk_search")
                (sql, params), self.keyword_plans[source] = keyword_sql(
                    rows,
                    self.words,
                    scale=self.scale if self.scale.passages else known,
                    statistics=known,
                    limit=limit,
                )
                parts.append(Part(f"{source}:chunk", sql, params))
            waiting = waiting_of(source, self.request, using=self.using)
            if waiting is None:
                continue
            found = backlog_sql(waiting, self.words, backlog, scale=self.scale, limit=limit)
            if found is not None:
                parts.append(Part(f"{source}:whole", *found))
        return parts


def is_live(model: EmbeddingModel | None, *, using: str) -> bool:
    """Tell whether a model is not retired, nor gone; no model always is."""
    [status] = fetch([(STATUS, [model and model.pk])], using=using)
    return _is_live(model, status)


def _is_live(model: EmbeddingModel | None, status: Sequence[tuple[Any, ...]]) -> bool:
    return model is None or (bool(status) and status[0][0] != EmbeddingModel.Status.RETIRED)


def _larger(one: str | None, other: str) -> str:
    """Return of two values of a setting the one that looks further."""
    if one is None or not (one.isdigit() and other.isdigit()):
        return other
    return max(one, other, key=int)
