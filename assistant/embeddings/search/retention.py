"""Recorded searches are deleted after a while."""

from threading import Event
from time import monotonic

from django.db import connections

from assistant.conf import conf

__all__ = ["MAX_DAYS", "Pruning", "prune_searches"]

# Rows of one statement, so that none is long.
BATCH = 1_000

# Of more there are no times.
MAX_DAYS = 100_000

# Seconds between two looks of a worker.
PAUSE = 3_600

DELETE = """
    DELETE FROM search_records WHERE id IN (
        SELECT id FROM search_records WHERE created_at < now() - make_interval(days => %s)
        ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
    )
"""


def prune_searches(
    *, using: str, days: int | None = None, batch: int = BATCH, stop: Event | None = None
) -> int:
    """Delete the searches that were recorded longer ago than that, with their events.

    In statements of so many rows each, which wait for nobody; returns how many searches went.
    Without ``days`` the setting ``RECORD_DAYS`` says it.
    """
    age = conf.RECORD_DAYS if days is None else days
    if not 0 <= age <= MAX_DAYS:
        raise ValueError(f"days is {age}: a number from 0 to {MAX_DAYS} is expected.")
    if batch < 1:
        raise ValueError(f"batch is {batch}: a number of rows above 0 is expected.")
    deleted = 0
    while stop is None or not stop.is_set():
        with connections[using].cursor() as cursor:
            cursor.execute(DELETE, [age, batch])
            count = cursor.rowcount
        deleted += count
        if count < batch:
            break
    return deleted


class Pruning:
    """Prunes now and then, for those who run all the time."""

    def __init__(self, *, using: str) -> None:
        self.using = using
        self.next = 0.0

    def run(self, stop: Event) -> int:
        """Prune where that was long ago; return how many searches went."""
        if monotonic() < self.next:
            return 0
        self.next = monotonic() + PAUSE
        return prune_searches(using=self.using, stop=stop)
