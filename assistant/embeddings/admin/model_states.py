"""How it stands with an embedding model: one object a page, which reads what is asked for."""

from functools import cached_property
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _

from assistant.conf import conf
from assistant.db.admin.counts import count_up_to, fetch
from assistant.db.admin.forms import grouped
from assistant.db.expressions import TransactionNow
from assistant.embeddings.admin.coverage import Coverage, expressions_of_counts, read_coverage
from assistant.embeddings.index_states import IndexState, index_states
from assistant.embeddings.models import EmbeddingModel, EmbeddingQueueItem

__all__ = ["BoundedCount", "Count", "ModelState", "failed_of", "has_vectors", "live_text"]

# Among how many chunks a vector is looked for; the database has the last word.
MAX_CHUNKS = 10_000


class Count(NamedTuple):
    """A count that stopped one above a limit."""

    number: int
    limit: int
    is_least: bool = False  # there may be more, whatever the number

    def __str__(self) -> str:
        if self.number > self.limit:
            return _("more than %(count)s") % {"count": grouped(self.limit)}
        if self.is_least:
            return _("at least %(count)s") % {"count": grouped(self.number)}
        return grouped(self.number)


class BoundedCount(models.Subquery):
    """How many rows a sliced query has."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()


def failed_of(model: Any, limit: int) -> Any:
    """Return the rows of a model among the latest failures: no index has those of one model."""
    latest = EmbeddingQueueItem.objects.failed().order_by("-failed_at")[:limit]
    return EmbeddingQueueItem.objects.filter(pk__in=latest.values("pk"), embedding_model=model)


def live_text(model: EmbeddingModel) -> str:
    """Say whether a model is kept in step with the texts."""
    if not model.is_active:
        return _("not active")
    if model.status == EmbeddingModel.Status.RETIRED:
        return _("retired")
    if model.status == EmbeddingModel.Status.BUILDING:
        return _("live, being built")
    return _("live")


def has_vectors(model: Any) -> bool:
    """Tell whether vectors have a model's dimension and distance; Django asks several times."""
    if not hasattr(model, "_has_vectors"):
        documents = model.knowledge_documents.filter(embedding_vector__isnull=False)
        chunks = model.knowledge_chunks.filter(
            pk__in=model.knowledge_chunks.order_by().values("pk")[:MAX_CHUNKS],
            embedding_vector__isnull=False,
        )
        model._has_vectors = (
            model.conversation_embeddings.exists() or documents.exists() or chunks.exists()
        )
    found: bool = model._has_vectors
    return found


class ModelState:
    """What a model's page tells; every part costs the same however large the tables are."""

    def __init__(self, model: EmbeddingModel) -> None:
        self.model = model
        self.using = model._state.db or "default"

    @cached_property
    def _counts(self) -> list[Any]:
        limit = conf.LIST_MAX_ROWS
        queue = EmbeddingQueueItem.objects.using(self.using)
        waiting = queue.waiting().filter(embedding_model=self.model)
        due = waiting.filter(run_after__lte=TransactionNow())
        failed = failed_of(self.model, limit + 1).using(self.using)
        queries = [waiting, due, failed, queue.failed().order_by("-failed_at")]
        counts = [count_up_to(rows, limit) for rows in queries]
        return fetch(self.using, [*counts, *expressions_of_counts(self.using)])

    @property
    def waiting(self) -> Count:
        """Return how many texts wait, those that are due and being worked on included."""
        return Count(self._counts[0], conf.LIST_MAX_ROWS)

    @property
    def due(self) -> Count:
        """Return how many texts a worker may take now."""
        return Count(self._counts[1], conf.LIST_MAX_ROWS)

    @property
    def failed(self) -> Count:
        """Return how many texts have failed for good."""
        limit = conf.LIST_MAX_ROWS
        return Count(self._counts[2], limit, is_least=self._counts[3] > limit)

    @cached_property
    def coverage(self) -> list[Coverage]:
        """Return of how many texts there are vectors, for each kind of text."""
        return read_coverage(self.model, self._counts[4:], using=self.using)

    @cached_property
    def indexes(self) -> list[IndexState]:
        """Return the states of the indexes of vectors."""
        return index_states(self.model, using=self.using)
