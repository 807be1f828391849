"""Building a model in the background: queue, vectors, indexes."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event

from django.db import connections, transaction

from assistant.conf import conf
from assistant.embeddings.model_changes.completeness import Completeness
from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.model_changes.indexing import build_indexes, seconds_to_index
from assistant.embeddings.model_changes.liveness import check_live
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.queue.counting import count_left
from assistant.embeddings.queue.pacing import Pace
from assistant.embeddings.queue.reporting import Reporter
from assistant.embeddings.queue.worker import Worker

__all__ = ["Builder", "Built"]

# Of the time that a batch took: the other half is the searches'.
REST = 1.0

# Seconds between two looks at what other builders have in hand, and between two words about it.
LOOK = 0.5
WORD = 30


@dataclass(frozen=True)
class Built:
    """What has become of a build."""

    completeness: Completeness
    is_stopped: bool
    later: int  # texts that have failed and are tried again


class BuildWorker(Worker):
    """A worker that leaves searches their share."""

    def __init__(self, *, pace: Pace, using: str, names: Sequence[str], reporter: Reporter) -> None:
        super().__init__(using=using, names=names, reporter=reporter)
        self.pace = pace

    @property
    def rows(self) -> int:
        """Return how many texts to take at a time."""
        return min(super().rows, self.pace.rows)

    def _work(self, model: EmbeddingModel) -> bool:
        start, before = time.monotonic(), self._tried()
        worked = super()._work(model)
        seconds = time.monotonic() - start
        self.pace.pause(count=self._tried() - before, seconds=seconds, stop=self.stop)
        return worked

    def _tried(self) -> int:
        total = self.reporter.total
        return total.done + total.retried + total.failed

    def _tidy(self) -> None:
        """Leave the indexes to the builder, and the rest to other workers."""
        self.tidying.settle()


class Builder:
    """One who builds a model; any number may do so at the same time.

    All of the state is in the database, so whoever comes later goes on where this one ended.
    """

    def __init__(
        self,
        model: EmbeddingModel,
        *,
        using: str,
        pace: Pace | None = None,
        index_workers: int = 0,
        reporter: Reporter | None = None,
        stop: Event | None = None,
    ) -> None:
        self.model = model
        self.using = using
        self.reporter = reporter or Reporter()
        self.index_workers = index_workers
        self.worker = BuildWorker(
            pace=pace or Pace(rest=REST), using=using, names=[model.name], reporter=self.reporter
        )
        self.stop = self.worker.stop = stop or Event()

    def run(self) -> Built:
        """Embed what is queued, build the indexes, and hand the model over to all workers.

        Raises ``ModelChangeError`` where the model is retired or cannot be had.
        """
        check_live(self.model)
        self.reporter.afterwards = self._seconds_to_index()
        indexed = False
        while not self.stop.is_set():
            self._embed()
            if self.stop.is_set():
                break
            if indexed and not self._is_due():
                self._hand_over()
                break
            # What is written meanwhile comes before the end.
            build_indexes(
                self.model,
                using=self.using,
                workers=self.index_workers,
                reporter=self.reporter,
                stop=self.stop,
            )
            indexed = True
        self.model.refresh_from_db(using=self.using)
        left = self._left()
        return Built(
            Completeness(self.model, self.using), self.stop.is_set(), left["later"] + left["due"]
        )

    def _embed(self) -> None:
        """Work until nobody has a text in hand that has not been tried."""
        word = time.monotonic()
        while not self.stop.is_set():
            self.worker.run()
            self.reporter.idle()
            self._check()
            if not self._is_due():
                return
            if time.monotonic() >= word:
                word = time.monotonic() + WORD
                self.reporter.say(self._others())
            self.stop.wait(LOOK)

    def _check(self) -> None:
        if self.worker.problems:
            raise ModelChangeError(
                f"{self.model.name}: {self.worker.problems[self.model.name].splitlines()[0]} "
                "Then go on with the same command."
            )
        try:
            self.model.refresh_from_db(using=self.using)
        except EmbeddingModel.DoesNotExist as error:
            raise ModelChangeError(f'"{self.model.name}" was deleted meanwhile.') from error
        check_live(self.model)

    def _is_due(self) -> bool:
        left = self._left()
        return bool(left["due"] or left["taken"] or self.model.backfilled_at is None)

    def _others(self) -> str:
        if self.model.backfilled_at is None:
            return "Waiting for transactions that may have written texts before the model was live."
        return (
            f"Waiting for {self._left()['taken']:,} texts that other workers have in hand, at most "
            f"{conf.EMBED_LEASE} s."
        )

    def _left(self) -> dict[str, int]:
        return count_left(model_ids=[self.model.pk], using=self.using)

    def _seconds_to_index(self) -> int:
        completeness = Completeness(self.model, self.using)
        if any(state.status == "valid" for state in completeness.indexes):
            return 0
        texts = completeness.texts
        if texts < conf.EMBED_INDEX_ROWS:
            return 0
        return seconds_to_index(texts, self.model.dimension)

    def _hand_over(self) -> None:
        """Let every worker keep the model in step from now on."""
        with transaction.atomic(using=self.using), connections[self.using].cursor() as cursor:
            rows = EmbeddingModel.objects.using(self.using).filter(
                pk=self.model.pk, status=EmbeddingModel.Status.BUILDING
            )
            if rows.update(status=EmbeddingModel.Status.ACTIVE):
                cursor.execute("SELECT wake_embedding_workers()")
