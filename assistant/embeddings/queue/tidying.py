"""What a worker does when nothing is urgent."""

from collections.abc import Callable, Iterable
from threading import Event
from uuid import UUID

from django.db import DatabaseError, OperationalError

from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.queue.failures import describe
from assistant.embeddings.queue.following import follow_default
from assistant.embeddings.queue.indexing import build_missing
from assistant.embeddings.queue.reporting import Reporter
from assistant.embeddings.search.retention import Pruning
from assistant.embeddings.search.statistics import settle_changes

__all__ = ["Tidying"]

UNSETTLED = "Search statistics are not added up"


class Tidying:
    """Indexes, statistics, documents' own vectors and old searches, one after the other.

    What the database refuses, such as a right that is missing, is said once and keeps from nothing
    else. A database that is lost is left to the worker.
    """

    def __init__(self, *, using: str, reporter: Reporter) -> None:
        self.using = using
        self.reporter = reporter
        self.pruning = Pruning(using=using)
        self.indexed = 0
        self.followed: UUID | None = None
        self.refused: set[str] = set()

    def run(self, models: Callable[[], Iterable[EmbeddingModel]], *, stop: Event) -> None:
        """Do what there is to do, until told to stop."""
        jobs: dict[str, Callable[[], object]] = {
            "Indexes are not built": lambda: self._index(models),
            UNSETTLED: self._settle,
            "Documents do not follow the default model": lambda: self._follow(stop),
            "Old searches are not deleted": lambda: self.pruning.run(stop),
        }
        for failing, job in jobs.items():
            if not stop.is_set():
                self._try(job, failing)

    def settle(self) -> None:
        """Add up the statistics alone, which others may never do."""
        self._try(self._settle, UNSETTLED)

    def _try(self, job: Callable[[], object], failing: str) -> None:
        try:
            job()
        except OperationalError:
            raise
        except DatabaseError as error:
            if failing not in self.refused:
                self.refused.add(failing)
                first = describe(error).splitlines()[0]
                self.reporter.say(f"{failing} (said once): {first}")

    def _settle(self) -> None:
        settle_changes(using=self.using)

    def _index(self, models: Callable[[], Iterable[EmbeddingModel]]) -> None:
        """Build indexes after work that may have made them worth it."""
        if self.reporter.total.done > self.indexed:
            self.indexed = self.reporter.total.done
            build_missing(models(), using=self.using, say=self.reporter.say)

    def _follow(self, stop: Event) -> None:
        self.followed = follow_default(after=self.followed, using=self.using, stop=stop)
