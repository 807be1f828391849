"""The run of one search: with which model, by which legs, and how long each step takes."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from assistant.embeddings.backends import EmbeddingError, embed_query, load_backend
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.search.details import hits_of
from assistant.embeddings.search.fusion import fuse, union
from assistant.embeddings.search.hits import Hits
from assistant.embeddings.search.legs import SPARE, Legs, is_live
from assistant.embeddings.search.requests import SearchRequest

__all__ = ["Run"]

logger = logging.getLogger(__name__)

# How often a search begins again because its model was retired meanwhile.
TRIES = 3


@dataclass
class Run:
    """One search."""

    request: SearchRequest
    using: str
    timings: dict[str, float] = field(default_factory=dict)
    note: str = ""

    def hits(self) -> Hits:
        """Search with one model; with the next where that one is retired meanwhile."""
        with self._timed("total"):
            for _ in range(TRIES):
                self.note = ""
                hits, is_whole = self._search(self._model())
                if is_whole or self.request.embedding_model is not None:
                    break
        hits.timings = self.timings
        return hits

    def _search(self, model: EmbeddingModel | None) -> tuple[Hits, bool]:
        """Rank, then read what is shown.

        Also returned is whether the model's passages were there all the while.
        """
        request = self.request
        with self._timed("embed"):
            vector = None if request.mode == "keyword" else self._vector(model)
        with self._timed("rank"):
            legs = Legs(request, model, vector, using=self.using)
            found, is_whole = legs.find()
            rows = union(found)
            legs.complete(rows)
            ranked = fuse(rows)[: request.limit + SPARE]
        with self._timed("read"):
            hits = hits_of(ranked, request.question, limit=request.limit, using=self.using)
        if is_whole and len(hits) < min(request.limit, len(ranked)):
            # What was found and is gone now may be a retired model's.
            is_whole = is_live(model, using=self.using)
        answer = Hits(
            hits,
            mode="keyword" if request.mode == "hybrid" and vector is None else request.mode,
            note=self.note,
            plans=legs.plans,
            keyword_plans=legs.keyword_plans,
            embedding_model=model,
        )
        return answer, is_whole

    def _model(self) -> EmbeddingModel | None:
        models = EmbeddingModel.objects.using(self.using)
        chosen = self.request.embedding_model
        if chosen is None:
            return models.filter(is_default=True).first()
        found: EmbeddingModel | None = models.filter(pk=chosen).first()
        if found is None:
            raise ValueError(f"embedding_model is {chosen}: there is no such embedding model.")
        return found

    def _vector(self, model: EmbeddingModel | None) -> Sequence[float] | None:
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

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start = perf_counter()
        try:
            yield
        finally:
            self.timings[name] = 1000 * (perf_counter() - start)
