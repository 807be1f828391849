"""From a question to hits."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any

from django.db import router
from django.db.models import Func, Value

from assistant.db.search import Matches
from assistant.embeddings.backends import EmbeddingError, embed_query, load_backend
from assistant.embeddings.models import EmbeddingModel, KnowledgeChunk
from assistant.embeddings.querysets import ChunkQuerySet
from assistant.embeddings.search.backlog import backlog_of, backlog_sql
from assistant.embeddings.search.details import hits_of
from assistant.embeddings.search.fusion import CANDIDATES, Candidate, fuse
from assistant.embeddings.search.hits import Hit, Hits
from assistant.embeddings.search.keywords import keyword_sql
from assistant.embeddings.search.legs import Part, leg_sql
from assistant.embeddings.search.questions import clean_question
from assistant.embeddings.search.requests import SOURCES, SearchRequest, make_request
from assistant.embeddings.search.scopes import chunks_of, waiting_of
from assistant.embeddings.search.statements import fetch
from assistant.embeddings.search.vectors import Target, plan_for, vector_leg

__all__ = ["search"]

logger = logging.getLogger(__name__)

# More than are wanted: what has changed since it was embedded is left out when it is read.
SPARE = 20

# How often a search begins again because its model was retired meanwhile.
TRIES = 3

STATUS = "SELECT status FROM embedding_models WHERE id = %s"


def search(  # noqa: PLR0913
    query: str,
    *,
    user: Any,
    sources: Iterable[str] = SOURCES,
    conversation: Any = None,
    tags: Sequence[str] | None = None,
    since: datetime | None = None,
    limit: int = 10,
    mode: str = "hybrid",
    filters: Mapping[str, Any] | None = None,
    embedding_model: Any = None,
    using: str | None = None,
) -> Hits:
    """Return the passages that answer a question, the best first.

    ``user`` (an instance or a key) finds own conversations, own documents and what is shared;
    only ``user=None`` searches everything. ``sources`` are "messages" and "documents". Narrowed
    by ``conversation``, by ``tags`` (documents that have all of them), by ``since`` (said or
    changed at that time or later) and by ``filters`` (name to value, of :func:`register_filter`).

    ``mode`` is "hybrid", "vector" or "keyword". Words of the query are joined by OR;
    ``"quoted phrases"`` must be there and ``-exclusions`` must not, except in mode "vector". Where
    the embedding model cannot be had, "hybrid" searches by words and says so in the result's
    ``note``. ``embedding_model`` (an instance or a key) is another than the default one, to try
    it: of its passages, all hits are of one model.

    Raises ``ValueError`` or ``TypeError`` for arguments that make no sense, and, in mode "vector",
    ``EmbeddingError`` where the question cannot be embedded.
    """
    request = make_request(
        query,
        user=user,
        sources=sources,
        conversation=conversation,
        tags=tags,
        since=since,
        limit=limit,
        mode=mode,
        filters=filters,
        embedding_model=embedding_model,
    )
    alias = using or router.db_for_read(KnowledgeChunk)
    return _Search(request, using=alias).run()


@dataclass
class _Search:
    """One search: the legs it has, and what they have to be run under."""

    request: SearchRequest
    using: str
    settings: dict[str, str] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    note: str = ""

    def run(self) -> Hits:
        """Search with one model; with the next where that one is retired meanwhile."""
        with self._timed("total"):
            for _ in range(TRIES):
                model = self._model()
                self.note = ""
                hits, is_whole = self._search(model)
                if is_whole or self.request.embedding_model is not None:
                    break
        hits.timings = self.timings
        return hits

    def _search(self, model: EmbeddingModel | None) -> tuple[Hits, bool]:
        """Rank in one round trip, then read what is shown.

        Returns whether the model's passages were there all the while, too.
        """
        request = self.request
        with self._timed("embed"):
            vector = None if request.mode == "keyword" else self._vector(model)
        legs: dict[str, list[Part]] = {}
        with self._timed("rank"):
            if vector is not None and model is not None:
                legs["vector"] = self._vector_parts(model, vector)
            if request.mode != "vector":
                legs["keyword"] = self._keyword_parts(model)
            found, is_live = self._candidates(legs, model)
        with self._timed("read"):
            limit = request.limit
            ranked = fuse(found)[: limit + SPARE]
            hits = hits_of(ranked, request.question, limit=limit, using=self.using)
        if is_live and len(hits) < min(limit, len(ranked)):
            # What was found and is gone now may be a retired model's.
            [status] = fetch([(STATUS, [model and model.pk])], using=self.using)
            is_live = _is_live(model, status)
        return self._hits(hits, model, is_hybrid=vector is not None), is_live

    def _hits(self, hits: list[Hit], model: EmbeddingModel | None, *, is_hybrid: bool) -> Hits:
        mode = self.request.mode if self.request.mode != "hybrid" or is_hybrid else "keyword"
        return Hits(
            hits,
            mode=mode,
            note=self.note,
            plans=self.plans,
            embedding_model=model,
        )

    def _model(self) -> EmbeddingModel | None:
        models = EmbeddingModel.objects.using(self.using)
        chosen = self.request.embedding_model
        if chosen is None:
            return models.filter(is_default=True).first()
        found: EmbeddingModel | None = models.filter(pk=chosen).first()
        if found is None:
            raise ValueError(f"embedding_model is {chosen}: there is no such embedding model.")
        return found

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start = perf_counter()
        try:
            yield
        finally:
            self.timings[name] = 1000 * (perf_counter() - start)

    def _vector(self, model: EmbeddingModel | None) -> list[float] | None:
        try:
            if model is None:
                raise EmbeddingError(
                    "There is no default embedding model: make one of embedding_models the default."
                )
            return embed_query(load_backend(model), model, self.request.question)
        except EmbeddingError as error:
            if self.request.mode == "vector":
                raise
            self.note = f"Searched by words only. {error}"
            logger.info(self.note)
            return None

    def _vector_parts(self, model: EmbeddingModel, vector: list[float]) -> list[Part]:
        limit = CANDIDATES if self.request.mode == "hybrid" else self.request.limit + SPARE
        limit = max(limit, self.request.limit + SPARE)
        restriction = self._restriction()
        parts = []
        for source in self.request.sources:
            rows = chunks_of(source, self.request, embedding_model=model, using=self.using)
            if restriction:
                rows = _restricted(rows, restriction)
            target = Target.of(rows, model)
            plan = plan_for(target, embedding_model=model, limit=limit)
            leg = vector_leg(target, embedding_model=model, vector=vector, limit=limit, plan=plan)
            self.plans[source] = plan.kind
            for name, value in leg.settings.items():
                self.settings[name] = _larger(self.settings.get(name), value)
            # Fusion takes numbers that are higher the better.
            likeness = "1 - distance" if model.distance == "cosine" else "-distance"
            parts.append(
                Part(
                    f"{source}:chunk",
                    f"SELECT id, {likeness} FROM ({leg.sql}) AS leg",  # noqa: S608
                    leg.params,
                )
            )
        return parts

    def _restriction(self) -> str | None:
        """Return what every hit of a hybrid search must match, phrases and exclusions, as text."""
        question = self.request.question
        if self.request.mode != "hybrid" or not any(mark in question for mark in '"-“”„‟'):
            return None
        statement = ("SELECT to_restricting_query(%s)::text", [clean_question(question)])
        [[(restriction,)]] = fetch([statement], using=self.using)
        return restriction or None

    def _keyword_parts(self, model: EmbeddingModel | None) -> list[Part]:
        limit = max(CANDIDATES, self.request.limit + SPARE)
        question = self.request.question
        backlog = backlog_of(model, using=self.using)
        parts = []
        for source in self.request.sources:
            if model is not None:
                rows = chunks_of(source, self.request, embedding_model=model, using=self.using)
                sql, params = keyword_sql(rows, question, limit=limit)
                parts.append(Part(f"{source}:chunk", sql, params))
            waiting = waiting_of(source, self.request, using=self.using)
            found = (
                None if waiting is None else backlog_sql(waiting, question, backlog, limit=limit)
            )
            if found is not None:
                parts.append(Part(f"{source}:whole", *found))
        return parts

    def _candidates(
        self, legs: Mapping[str, Sequence[Part]], model: EmbeddingModel | None
    ) -> tuple[dict[str, list[Candidate]], bool]:
        """Return each leg's best, and whether their model is not retired yet."""
        limit = max(CANDIDATES, self.request.limit + SPARE)
        asked = {leg: leg_sql(parts, limit=limit) for leg, parts in legs.items() if parts}
        if not asked:
            return {}, True
        statements = [*asked.values(), (STATUS, [model and model.pk])]
        *rows, status = fetch(statements, using=self.using, settings=self.settings)
        found = {leg: list(candidates) for leg, candidates in zip(asked, rows, strict=True)}
        return found, _is_live(model, status)


def _is_live(model: EmbeddingModel | None, status: Sequence[tuple[Any, ...]]) -> bool:
    return model is None or (bool(status) and status[0][0] != EmbeddingModel.Status.RETIRED)


def _restricted(rows: ChunkQuerySet, restriction: str) -> ChunkQuerySet:
    query = Func(Value(restriction), template="%(expressions)s::tsquery")
    return rows.filter(Matches(ChunkQuerySet.search_vector, query))


def _larger(one: str | None, other: str) -> str:
    """Return of two values of a setting the one that looks further."""
    if one is None or not (one.isdigit() and other.isdigit()):
        return other
    return max(one, other, key=int)
