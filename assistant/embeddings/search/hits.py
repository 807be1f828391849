"""What a search returns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from django.db.models import Model

from assistant.db.search import HIGHLIGHT_END, HIGHLIGHT_START
from assistant.embeddings.models import EmbeddingModel

__all__ = ["Hit", "Hits"]


@dataclass(frozen=True)
class Hit:
    """One passage that was found."""

    text: str
    score: float
    """How well it fits, comparable within one search only: higher is better."""
    ranks: Mapping[str, int]
    """Its place in each leg that found it, from 1: ``{"vector": 1, "keyword": 4}``."""
    source: Model
    """The message or the knowledge document itself; of a conversation's file, the conversation."""
    start: int
    end: int
    """Where the passage is in the source's content, in characters; the end is exclusive."""
    snippet: str
    """A shorter passage, each word found between HIGHLIGHT_START and HIGHLIGHT_END."""
    kind: Literal["message", "document", "conversation"]
    chunk: UUID | None
    """The key of the passage's row; None while its source waits to be embedded."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Each leg's own number: "vector" a similarity, "keyword" BM25; higher is better."""
    duplicates: int = 0
    """How many passages of the same source, nearly the same as this one, were left out for it."""

    def marked(self, start: str = "**", end: str = "**") -> str:
        """Return the snippet with marks of your own around the words found."""
        return self.snippet.replace(HIGHLIGHT_START, start).replace(HIGHLIGHT_END, end)


class Hits(list[Hit]):
    """Hits, the best first, and how they were found."""

    def __init__(
        self,
        hits: Iterable[Hit] = (),
        *,
        mode: str,
        note: str = "",
        plans: Mapping[str, str] | None = None,
        keyword_plans: Mapping[str, str] | None = None,
        embedding_model: EmbeddingModel | None = None,
    ) -> None:
        super().__init__(hits)
        self.mode = mode
        """The mode that was used."""
        self.note = note
        """Why it is not the one asked for, in one line; else empty."""
        self.plans = dict(plans or {})
        """How each kind of passage was searched by vector: "exact" or "index"."""
        self.keyword_plans = dict(keyword_plans or {})
        """Which matching passages of each kind were ranked by words: "all" or the "best"."""
        self.timings: dict[str, float] = {}
        """Milliseconds: "embed" the question, "rank" passages, "read" what is shown, "total"."""
        self.embedding_model = embedding_model
        """The model whose passages were searched; None where there is none."""
        self.record: UUID | None = None
        """The key of the search's record; None where it was not recorded."""
