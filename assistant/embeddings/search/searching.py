"""From a question to hits."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import router
from django.db.models import Func, Value

from assistant.db.search import Matches
from assistant.embeddings.backends import EmbeddingError, embed_query, load_backend
from assistant.embeddings.models import EmbeddingModel, KnowledgeChunk
from assistant.embeddings.querysets import ChunkQuerySet
from assistant.embeddings.search.backlog import backlog_of, backlog_sql
from assistant.embeddings.search.details import hits_of
from assistant.embeddings.search.fusion import CANDIDATES, Part, fused_sql
from assistant.embeddings.search.hits import Hits
from assistant.embeddings.search.keywords import keyword_sql
from assistant.embeddings.search.questions import clean_question
from assistant.embeddings.search.requests import SOURCES, SearchRequest, make_request
from assistant.embeddings.search.scopes import chunks_of, waiting_of
from assistant.embeddings.search.statements import fetch
from assistant.embeddings.search.vectors import plan_for, vector_leg

__all__ = ["search"]

logger = logging.getLogger(__name__)

# More than are wanted: what has changed since it was embedded is left out when it is read.
SPARE = 20


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
    using: str | None = None,
) -> Hits:
    """Return the passages that answer a question, the best first.

    ``user`` (an instance or a key) finds own conversations, own documents and what is shared;
    only ``user=None`` searches everything. ``sources`` are "messages" and "documents". Narrowed
    by ``conversation``, by ``tags`` (documents that have all of them), by ``since`` (said or
    changed at that time or later) and by ``filters`` (name to value, of :func:`register_filter`).

    ``mode`` is "hybrid", "vector" or "keyword". Words of the query are joined by OR;
    ``"quoted phrases"`` must be there and ``-exclusions`` must not, except in mode "vector". Where
    the default embedding model cannot be had, "hybrid" searches by words and says so in the
    result's ``note``.

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
    note: str = ""

    def run(self) -> Hits:
        """Rank in one statement, then read what is shown."""
        request = self.request
        model = EmbeddingModel.objects.using(self.using).filter(is_default=True).first()
        vector = None if request.mode == "keyword" else self._vector(model)
        legs: dict[str, list[Part]] = {}
        if vector is not None and model is not None:
            legs["vector"] = self._vector_parts(model, vector)
        if request.mode != "vector":
            legs["keyword"] = self._keyword_parts(model)
        found = self._ranked(legs)
        mode = request.mode if request.mode != "hybrid" or vector is not None else "keyword"
        hits = hits_of(found, request.question, limit=request.limit, using=self.using)
        return Hits(hits, mode=mode, note=self.note, plans=self.plans)

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
            plan = plan_for(rows, embedding_model=model, limit=limit)
            leg = vector_leg(rows, embedding_model=model, vector=vector, limit=limit, plan=plan)
            self.plans[source] = plan.kind
            for name, value in leg.settings.items():
                self.settings[name] = _larger(self.settings.get(name), value)
            # Fusion takes numbers that are higher the better.
            parts.append(
                Part(
                    f"{source}:chunk",
                    f"SELECT id, -distance FROM ({leg.sql}) AS leg",  # noqa: S608
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

    def _ranked(self, legs: dict[str, list[Part]]) -> list[tuple[str, Any, float, dict[str, int]]]:
        if not any(legs.values()):
            return []
        limit = self.request.limit + SPARE
        sql, params = fused_sql(legs, limit=limit, candidates=max(CANDIDATES, limit))
        [rows] = fetch([(sql, params)], using=self.using, settings=self.settings)
        return [
            (kind, key, score, json.loads(ranks) if isinstance(ranks, str) else ranks)
            for kind, key, score, ranks in rows
        ]


def _restricted(rows: ChunkQuerySet, restriction: str) -> ChunkQuerySet:
    query = Func(Value(restriction), template="%(expressions)s::tsquery")
    return rows.filter(Matches(ChunkQuerySet.search_vector, query))


def _larger(one: str | None, other: str) -> str:
    """Return of two values of a setting the one that looks further."""
    if one is None or not (one.isdigit() and other.isdigit()):
        return other
    return max(one, other, key=int)
