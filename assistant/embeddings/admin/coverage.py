"""How many texts have vectors, by a sample where there are many."""

from dataclasses import dataclass
from typing import Any

from django.db import connections, models
from django.utils.translation import gettext as _

from assistant.conf import conf
from assistant.conversations.models import Message
from assistant.db.admin.counts import SQL, about, count_up_to, estimate
from assistant.db.admin.forms import grouped
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    KnowledgeChunk,
    KnowledgeDocument,
)

__all__ = ["KINDS", "Coverage", "expressions_of_counts", "read_coverage"]

# Each kind of text, its passages, and what names it there.
KINDS: tuple[tuple[type[models.Model], type[models.Model], str], ...] = (
    (Message, ConversationEmbedding, "message_id"),
    (KnowledgeDocument, KnowledgeChunk, "document_id"),
)

# How many pages of a table, of 8 kB, are looked at: some thousand texts.
PAGES = 100

# Random pages, as the server picks them; texts without any character have no vector.
QUERY = """
SELECT count(*), count(*) FILTER (WHERE EXISTS (
    SELECT FROM {passages} AS p
    WHERE p.{key} = t.id AND p.embedding_model_id = %s AND p.embedding_vector IS NOT NULL
)), (SELECT pg_relation_size(%s::regclass) > %s * current_setting('block_size')::int)
FROM {table} AS t TABLESAMPLE SYSTEM (
    (SELECT least(100, 100 * %s / greatest(pg_relation_size(%s::regclass)
        / current_setting('block_size')::float8, 1)))
) WHERE t.content <> ''
"""


@dataclass(frozen=True)
class Coverage:
    """How many texts of a kind there are, and of how many of a sample there are vectors."""

    kind: type[models.Model]
    total: str  # as people write it
    is_empty: bool
    is_sample: bool
    looked_at: int
    covered: int

    def __str__(self) -> str:
        if self.is_empty:
            return _("none yet")
        if not self.is_sample:
            found = {"covered": grouped(self.covered), "texts": grouped(self.looked_at)}
            return _("%(covered)s of %(texts)s have vectors") % found
        if not self.looked_at:
            return _("%(total)s; the sample found none of them") % {"total": self.total}
        return _("about %(share)s %% of %(total)s have vectors (a sample of %(size)s)") % {
            "share": self.share,
            "total": self.total,
            "size": grouped(self.looked_at),
        }

    @property
    def share(self) -> int:
        """Return the percentage: 100 and 0 only where that is so."""
        if self.covered in (0, self.looked_at):
            return 100 if self.covered else 0
        return min(99, max(1, round(100 * self.covered / self.looked_at)))


def expressions_of_counts(using: str) -> list[SQL]:
    """Return the expressions of how many texts there are: for each kind counted, and estimated."""
    found: list[SQL] = []
    for kind, _passages, _key in KINDS:
        rows: models.QuerySet[Any] = kind._base_manager.using(using).all()
        found += (count_up_to(rows, conf.LIST_MAX_ROWS), estimate(rows))
    return found


def read_coverage(model: EmbeddingModel, counts: list[Any], *, using: str) -> list[Coverage]:
    """Look at a sample of each kind; ``counts`` are the values of the expressions."""
    return [
        _read(model, kind, passages, key, counts[2 * place : 2 * place + 2], using)
        for place, (kind, passages, key) in enumerate(KINDS)
    ]


def _read(
    model: EmbeddingModel,
    kind: type[models.Model],
    passages: type[models.Model],
    key: str,
    counts: list[Any],
    using: str,
) -> Coverage:
    connection = connections[using]
    table = connection.ops.quote_name(kind._meta.db_table)
    names = {"table": table, "passages": connection.ops.quote_name(passages._meta.db_table)}
    with connection.cursor() as cursor:
        cursor.execute(QUERY.format(key=key, **names), [model.pk, table, PAGES, PAGES, table])
        looked_at, covered, is_sample = cursor.fetchone()
    counted, estimated = counts
    total = about(counted, estimated, conf.LIST_MAX_ROWS)
    return Coverage(kind, total, counted == 0, is_sample, looked_at, covered)
