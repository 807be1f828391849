"""The indexes of vectors: one for each embedding model and table of chunks, built on demand.

Half-precision HNSW over the model's rows. No migration makes them, for models come and go, and a
large table takes minutes: :func:`build_index` does, while others read and write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from time import monotonic, sleep
from typing import Any

from django.db import connections, models
from django.db.utils import OperationalError

from assistant.db.sessions import unpooled
from assistant.embeddings.distances import DISTANCES, MAX_INDEXED_DIMENSION
from assistant.embeddings.index_builds import Progress, run_and_watch
from assistant.embeddings.index_states import LOCK_CLASS, IndexState, index_name, read_state
from assistant.embeddings.models import EmbeddingModel

__all__ = ["IndexBusyError", "Progress", "build_index", "drop_index"]

TRY = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
UNLOCK = "SELECT pg_advisory_unlock(%s, hashtext(%s))"
PAUSE = 0.2

# pgvector's defaults are 16 and 64. A million vectors in clusters, linked by searches as narrow as
# 64, leave parts of the graph that no search finds: recall ends at .97, however wide it is.
M, EF_CONSTRUCTION = 16, 128

# What the graph takes in memory: each vector, its neighbours, what PostgreSQL adds. With less the
# build goes on on disk, five times as long.
BYTES_PER_ROW = 800
MIN_MEMORY, MAX_MEMORY = 64, 2_048  # MB
WORKERS = 4


class IndexBusyError(Exception):
    """Somebody else builds or drops this index."""


def build_index(
    embedding_model: EmbeddingModel,
    chunks: type[models.Model],
    *,
    using: str,
    on_progress: Callable[[Progress], None] | None = None,
    wait: float = 0,
    memory: int = MAX_MEMORY,
    workers: int = WORKERS,
) -> IndexState:
    """Build the index of a model's vectors unless it is there, while others read and write.

    What a build that was stopped left behind is dropped and built again; so is an index for
    another distance than the model's. ``memory``, in MB, and ``workers`` are upper bounds.
    ``wait`` is how many seconds to wait for another build of the same index; ``IndexBusyError`` is
    raised after that. Not within a transaction: it would wait for that transaction.
    """
    table = chunks._meta.db_table
    if embedding_model.dimension > MAX_INDEXED_DIMENSION:
        return read_state(connections[using], embedding_model, chunks)
    with _locked(embedding_model, table, using=using, wait=wait) as session:
        state = read_state(session, embedding_model, chunks)
        if state.status == "valid":
            return state
        rows = _expected_rows(chunks, using=using)
        needed = ceil(rows * (2 * embedding_model.dimension + BYTES_PER_ROW) / 1024**2)
        with session.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('maintenance_work_mem', greatest("
                "pg_size_bytes(current_setting('maintenance_work_mem')) / 1024, %s)::text, false),"
                "set_config('max_parallel_maintenance_workers', %s, false)",
                [min(max(needed, MIN_MEMORY), memory) * 1024, str(workers)],
            )
        create = _create(session, embedding_model, table)
        try:
            _drop(session, state.name)
            run_and_watch(session, create, on_progress)
        except OperationalError as error:
            # Workers share the graph in /dev/shm, of which a container has little.
            if getattr(error.__cause__, "sqlstate", "") not in {"53100", "53200"}:
                raise
            with session.cursor() as cursor:
                cursor.execute("SET max_parallel_maintenance_workers = 0")
            _drop(session, state.name)
            run_and_watch(session, create, on_progress)
        with session.cursor() as cursor:
            cursor.execute(f"ANALYZE {session.ops.quote_name(table)}")
        return read_state(session, embedding_model, chunks)


def drop_index(
    embedding_model: EmbeddingModel,
    chunks: type[models.Model],
    *,
    using: str,
    wait: float = 0,
    check: Callable[[], None] | None = None,
) -> None:
    """Drop the index of a model's vectors, if there is one, while others read and write.

    ``check`` is called once nobody else can build it any more; the index stays where it raises.
    """
    table = chunks._meta.db_table
    with _locked(embedding_model, table, using=using, wait=wait) as session:
        if check is not None:
            check()
        _drop(session, index_name(table, embedding_model))


@contextmanager
def _locked(
    embedding_model: EmbeddingModel, table: str, *, using: str, wait: float
) -> Iterator[Any]:
    # It polls: who blocks on a lock holds a snapshot, for which CREATE INDEX CONCURRENTLY waits.
    name = index_name(table, embedding_model)
    deadline = monotonic() + wait
    with unpooled(connections[using]) as session:
        with session.cursor() as cursor:
            for timeout in ("statement_timeout", "lock_timeout", "idle_session_timeout"):
                cursor.execute(f"SET {timeout} = 0")
            while True:
                cursor.execute(TRY, [LOCK_CLASS, name])
                if cursor.fetchone()[0]:
                    break
                if monotonic() >= deadline:
                    raise IndexBusyError(
                        f"The index {name} is being built or dropped by another process. Wait for "
                        "it, or end that process, and try again."
                    )
                sleep(PAUSE)
        try:
            yield session
        finally:
            if session.connection is not None and not session.connection.closed:
                with session.cursor() as cursor:
                    cursor.execute(UNLOCK, [LOCK_CLASS, name])


def _create(connection: Any, embedding_model: EmbeddingModel, table: str) -> str:
    quote = connection.ops.quote_name
    operator_class = DISTANCES[embedding_model.distance].operator_class
    return (
        f"CREATE INDEX CONCURRENTLY {quote(index_name(table, embedding_model))} "
        f"ON {quote(table)} USING hnsw "
        f"((embedding_vector::halfvec({embedding_model.dimension:d})) {operator_class}) "
        f"WITH (m = {M}, ef_construction = {EF_CONSTRUCTION}) "
        f"WHERE embedding_model_id = '{embedding_model.pk}'"
    )


def _drop(connection: Any, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {connection.ops.quote_name(name)}")


def _expected_rows(chunks: type[models.Model], *, using: str) -> int:
    # By the table's size: nobody may have analysed it yet.
    with connections[using].cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT FROM {chunks._meta.db_table}")
        plan = cursor.fetchone()[0]
    return int(plan[0]["Plan"]["Plan Rows"])
