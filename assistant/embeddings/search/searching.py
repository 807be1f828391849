"""From a question to hits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import router

from assistant.embeddings.models import KnowledgeChunk
from assistant.embeddings.search.hits import Hits
from assistant.embeddings.search.recording import record_search
from assistant.embeddings.search.requests import SOURCES, make_request
from assistant.embeddings.search.runs import Run

__all__ = ["search"]


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
    record: bool = True,
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
    it: of its passages, all hits are of one model. ``record=False`` keeps this search out of what
    the setting ``RECORD_SEARCHES`` has recorded; the key of a record is the result's ``record``.

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
    hits = Run(request, using=alias).hits()
    if record:
        hits.record = record_search(request, hits, using=alias)
    return hits
