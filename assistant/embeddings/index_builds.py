"""A long statement on one connection, watched from another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from typing import Any

from assistant.db.sessions import unpooled

__all__ = ["Progress", "run_and_watch"]

INTERVAL = 0.5

PROGRESS = """
SELECT phase, blocks_done, blocks_total, tuples_done
FROM pg_stat_progress_create_index WHERE pid = %s
"""


@dataclass(frozen=True)
class Progress:
    """How far the building of an index is: of the table's blocks, in the phase that loads them."""

    phase: str
    done: int
    total: int
    rows: int


def run_and_watch(
    session: Any, statement: str, on_progress: Callable[[Progress], None] | None
) -> None:
    """Run ``CREATE INDEX`` on a session of one's own, and tell how far it is.

    ``on_progress`` is called in this thread. Whatever it raises, and an interrupt, cancels the
    statement.
    """
    session.ensure_connection()
    if on_progress is None:
        _execute(session, statement)
        return
    raw = session.connection
    with ThreadPoolExecutor(1) as pool, unpooled(session) as watcher:
        running = pool.submit(_execute, session, statement)
        try:
            while True:
                try:
                    running.result(timeout=INTERVAL)
                    return
                except NotYet:
                    if progress := _progress(watcher, raw.info.backend_pid):
                        on_progress(progress)
        except BaseException:
            if not running.done():
                raw.cancel()
            raise


def _execute(session: Any, statement: str) -> None:
    with session.cursor() as cursor:
        cursor.execute(statement)


def _progress(watcher: Any, pid: int) -> Progress | None:
    with watcher.cursor() as cursor:
        cursor.execute(PROGRESS, [pid])
        row = cursor.fetchone()
    return Progress(*row) if row and row[0] else None
