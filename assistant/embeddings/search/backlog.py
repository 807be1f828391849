"""Messages and documents that have no chunks yet, found as wholes by their words.

They wait in the queue of the model that is searched, or there is no model. Whole texts have no
bound, and a message's words are computed to be ranked, so fewer are ranked than of chunks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Least, Left

from assistant.conversations.models import Message
from assistant.db.expressions import ToSearchVector
from assistant.embeddings.models import EmbeddingModel, EmbeddingQueueItem, KnowledgeDocument
from assistant.embeddings.search.frequencies import frequencies_of
from assistant.embeddings.search.keywords import SQL, Octets, Ranking, keyword_sql
from assistant.embeddings.search.words import Statistics, Words

__all__ = ["Backlog", "backlog_of", "backlog_sql"]

# Up to how many waiting sources are looked at one by one; of more, the words' index finds them.
FEW = 300
# How many rows are ranked, of those whose words weigh most, and of others.
RANKED = 400
# Of a text, as many characters as are read to rank it, and for the identifiers of a phrase.
READ = 4_000


class ToIdentifierVector(models.Func):
    """The identifiers of a text."""

    function = "to_identifier_vector"
    arity = 1
    output_field = models.TextField()


@dataclass(frozen=True)
class Backlog:
    """What waits for a model: the keys where they are few, None where they are many or all."""

    model: EmbeddingModel | None
    messages: Sequence[Any] | None
    documents: Sequence[Any] | None


def backlog_of(model: EmbeddingModel | None, *, using: str) -> Backlog:
    """Return what no chunk of this model can find, by one small query; all of it without a model.

    What has failed for good is part of it.
    """
    if model is None:
        return Backlog(None, None, None)
    queue = EmbeddingQueueItem.objects.using(using).filter(embedding_model=model).order_by()
    kinds = ("message_id", "document_id")
    keys: dict[str, list[Any]] = {kind: [] for kind in kinds}
    first, second = (
        queue.filter(**{f"{kind}__isnull": False}).values_list(Value(kind), kind)[: FEW + 1]
        for kind in kinds
    )
    for kind, key in first.union(second, all=True):
        keys[kind].append(key)
    few = [found if len(found) <= FEW else None for found in keys.values()]
    return Backlog(model, *few)


def backlog_sql(
    rows: QuerySet, words: Words, backlog: Backlog, *, scale: Statistics, limit: int
) -> SQL | None:
    """Return SQL for the ``limit`` best of what waits: ``id`` and ``rank``; None for nothing.

    ``rows`` are messages or documents, already filtered. The SQL is like ``keyword_sql()``'s, and
    its ranks compare with those of the same ``scale``; without one, whole texts are the scale.
    """
    if issubclass(rows.model, Message):
        keys, column = backlog.messages, "message"
        vector: Any = ToSearchVector("content")
        ranked: Any = ToSearchVector(Left("content", READ))
        common = {"column": "to_search_vector", "index": "idx_messages_content_fts"}
    elif issubclass(rows.model, KnowledgeDocument):
        keys, column = backlog.documents, "document"
        vector = ranked = models.F("content_search")
        common = {"column": "content_search"}
    else:
        raise TypeError(f"messages or documents are expected, not {rows.model.__name__}")
    if keys is not None and not keys:
        return None
    statistics = Statistics()
    if keys:
        rows = rows.filter(pk__in=keys)
    if not keys or not scale.passages:
        statistics = frequencies_of(rows, **common)
    is_among_others = keys is None and backlog.model is not None
    ranking = Ranking(
        vector=vector,
        ranked=ranked,
        identifiers=ToIdentifierVector(Left("content", READ)) if keys else None,
        is_indexed=False,
        length=Least(Octets("content"), Value(READ)),
        most=RANKED,
        keep=_waiting(backlog.model, column) if is_among_others else None,
    )
    sql, _plan = keyword_sql(
        rows,
        words,
        scale=scale if scale.passages else statistics,
        statistics=Statistics() if keys else statistics,
        limit=limit,
        ranking=ranking,
    )
    return sql


def _waiting(model: EmbeddingModel | None, column: str) -> Subquery:
    """Return whether a row is in the queue.

    Not as EXISTS, which the planner may turn around: with statistics of a queue that was empty it
    would begin there and compute the words of every message that waits.
    """
    queued = EmbeddingQueueItem.objects.filter(embedding_model=model, **{column: OuterRef("pk")})
    yes = models.BooleanField()
    return Subquery(queued.order_by().values(found=Value(True, output_field=yes)), output_field=yes)
