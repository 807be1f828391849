"""What ranking by words knows of all passages: looked at, and counted again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.models import Count, OuterRef, Subquery

from assistant.embeddings.models import EmbeddingModel, SearchChange, SearchLexeme, SearchStatistics

__all__ = [
    "Counted",
    "Refreshed",
    "counted",
    "refresh_statistics",
    "settle_changes",
    "unsettled_changes",
]


@dataclass(frozen=True)
class Counted:
    """What is known of a model's passages of a kind."""

    embedding_model: str  # its name, or its key where it is gone
    source: str
    passages: int
    bytes: int
    words: int

    @property
    def mean_length(self) -> float:
        """Return how many bytes a passage has."""
        return self.bytes / self.passages if self.passages else 0.0


@dataclass(frozen=True)
class Refreshed:
    """What was wrong: passages missing or too many, and words whose numbers differed."""

    passages: int
    words: int


def refresh_statistics(*, using: str) -> Refreshed:
    """Count the words of all passages again, and return what was wrong.

    Others write meanwhile, and are neither counted twice nor left out. Who settles or refreshes at
    the same time is waited for. Best in no transaction: one in a stricter isolation than READ
    COMMITTED leaves it to others to add up what was missing, and may not see what they did before.
    """
    with _read_committed(using) as cursor:
        cursor.execute("SELECT wrong_passages, wrong_lexemes FROM refresh_search_statistics()")
        return Refreshed(*map(int, cursor.fetchone()))


def settle_changes(*, using: str) -> None:
    """Add up what statements have noted, unless somebody else is at it.

    Triggers do it now and then, but not where a project's transactions are stricter than READ
    COMMITTED.
    """
    with _read_committed(using) as cursor:
        cursor.execute("SELECT settle_search_changes()")


def counted(*, using: str) -> list[Counted]:
    """Return what is known, by model and kind. Reads all words once, so it takes a while."""
    name = EmbeddingModel.objects.filter(pk=OuterRef("embedding_model_id")).order_by()
    rows: Any = SearchStatistics.objects.using(using).annotate(name=Subquery(name.values("name")))
    words: Any = (
        SearchLexeme.objects.using(using)
        .order_by()
        .values("embedding_model_id", "source")
        .annotate(number=Count("*"))
        .values_list("embedding_model_id", "source", "number")
    )
    numbers = {(model, source): number for model, source, number in words}
    return [
        Counted(
            row.name or str(row.embedding_model_id),
            row.source,
            row.passages,
            row.bytes,
            numbers.get((row.embedding_model_id, row.source), 0),
        )
        for row in rows.order_by("name", "embedding_model_id", "source")
    ]


def unsettled_changes(*, using: str) -> int:
    """Return how many changes are not added up yet."""
    return SearchChange.objects.using(using).count()


@contextmanager
def _read_committed(using: str) -> Iterator[Any]:
    connection = connections[using]
    is_own = not connection.in_atomic_block
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if is_own:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield cursor
