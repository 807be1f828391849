"""The indexes of a model that is built, with progress."""

import time
from threading import Event

from django.db import DatabaseError

from assistant.embeddings.distances import MAX_INDEXED_DIMENSION
from assistant.embeddings.index_states import INDEXED
from assistant.embeddings.model_changes.completeness import Completeness
from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.queue.failures import describe
from assistant.embeddings.queue.reporting import Reporter
from assistant.embeddings.vector_indexes import IndexBusyError, Progress, build_index

__all__ = ["build_indexes", "seconds_to_index"]

# One process on a slow core; it only has to be of the right size.
NUMBERS_A_SECOND = 400_000

# Seconds between two looks at an index that somebody else builds.
LOOK = 1.0


class Stopped(Exception):  # noqa: N818 (no error)
    """Whoever started the build has stopped it."""


def seconds_to_index(rows: int, dimension: int) -> int:
    """Guess how long the index of so many vectors takes, before it has begun."""
    if dimension > MAX_INDEXED_DIMENSION:
        return 0
    return round(rows * dimension / NUMBERS_A_SECOND)


def build_indexes(
    model: EmbeddingModel, *, using: str, workers: int, reporter: Reporter, stop: Event
) -> None:
    """Build the indexes that would pay; wait for those that somebody else builds."""
    while not stop.is_set():
        wanted = Completeness(model, using).wanted_indexes
        if not wanted:
            return
        chunks = next(kind for kind in INDEXED if kind._meta.db_table == wanted[0].table)
        rows = chunks._base_manager.using(using).filter(embedding_model=model).count()
        watch = _Watch(wanted[0].name, rows, reporter, stop)
        reporter.say(f"{model.name}: building the index {wanted[0].name} of {rows:,} vectors.")
        try:
            build_index(model, chunks, using=using, on_progress=watch, workers=workers)
        except Stopped:
            return
        except IndexBusyError:
            _await_other(model, wanted[0].name, using=using, stop=stop)
        except DatabaseError as error:
            raise ModelChangeError(
                f"{model.name}: the index {wanted[0].name} was not built. "
                f"{describe(error).splitlines()[0]}"
            ) from error


def _await_other(model: EmbeddingModel, name: str, *, using: str, stop: Event) -> None:
    while not stop.wait(LOOK):
        states = {state.name: state.status for state in Completeness(model, using).indexes}
        if states[name] != "building":
            return


class _Watch:
    """Says how far an index is, and stops it when it is told to."""

    def __init__(self, name: str, rows: int, reporter: Reporter, stop: Event) -> None:
        self.name = name
        self.rows = rows
        self.reporter = reporter
        self.stop = stop
        self.start = self.said = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        if self.stop.is_set():
            raise Stopped
        now = time.monotonic()
        if now - self.said < self.reporter.interval:
            return
        self.said = now
        done = min(progress.rows, self.rows)
        left = round((now - self.start) * (self.rows - done) / done) if done else None
        self.reporter.step("index", self.name, done=done, total=self.rows, seconds_left=left)
