"""Building, dropping and looking at the indexes of vectors."""

from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections

from assistant.embeddings import vector_indexes
from assistant.embeddings.index_builds import Progress
from assistant.embeddings.index_states import INDEXED, LOCK_CLASS, index_name, index_states
from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeChunk
from assistant.embeddings.vector_indexes import IndexBusyError, build_index, drop_index
from tests.embeddings.search.vectors import make_table
from tests.factories import make_embedding_model

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("vector_indexes")]

TABLE = "conversation_embeddings"


@pytest.fixture
def model() -> Iterator[EmbeddingModel]:
    model, _common, _rare = make_table(rows=50)
    yield model
    for chunks in INDEXED:
        drop_index(model, chunks, using="default", wait=10)


def status(model: EmbeddingModel) -> list[str]:
    return [state.status for state in index_states(model, using="default")]


def build(model: EmbeddingModel, **options: Any) -> str:
    return build_index(model, ConversationEmbedding, using="default", **options).status


def definition(model: EmbeddingModel) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = %s", [index_name(TABLE, model)]
        )
        return str(cursor.fetchone()[0])


def oid(model: EmbeddingModel) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)::oid", [index_name(TABLE, model)])
        return int(cursor.fetchone()[0])


def invalidate(model: EmbeddingModel) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass",
            [index_name(TABLE, model)],
        )


def test_an_index_is_built_and_dropped(model: EmbeddingModel) -> None:
    assert status(model) == ["missing", "missing"]

    assert build(model) == "valid"

    assert status(model) == ["valid", "missing"]
    assert "halfvec_cosine_ops" in definition(model)
    assert f"WHERE (embedding_model_id = '{model.pk}'::uuid)" in definition(model)
    assert index_states(model, using="default")[0].size > 0
    drop_index(model, ConversationEmbedding, using="default")
    assert status(model) == ["missing", "missing"]


def test_each_table_has_its_own(model: EmbeddingModel) -> None:
    build_index(model, KnowledgeChunk, using="default")

    assert status(model) == ["missing", "valid"]


def test_a_valid_index_is_left_alone(model: EmbeddingModel) -> None:
    build(model)
    before = oid(model)

    assert build(model) == "valid"
    assert oid(model) == before


def test_what_a_stopped_build_left_is_built_again(model: EmbeddingModel) -> None:
    build(model)
    invalidate(model)
    assert status(model)[0] == "invalid"

    assert build(model) == "valid"


def test_an_index_for_another_distance_is_built_again(model: EmbeddingModel) -> None:
    build(model)
    model.distance = "l2"
    model.save()
    assert status(model)[0] == "invalid"

    assert build(model) == "valid"
    assert "halfvec_l2_ops" in definition(model)


def test_more_dimensions_than_an_index_takes() -> None:
    model = make_embedding_model(dimension=4_001)

    assert build(model) == "impossible"
    assert status(model) == ["impossible", "impossible"]


def test_two_at_once_do_not_collide(model: EmbeddingModel) -> None:
    holder = connections["default"].copy()
    with holder.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_lock(%s, hashtext(%s))", [LOCK_CLASS, index_name(TABLE, model)]
        )
    try:
        assert status(model)[0] == "building"
        with pytest.raises(IndexBusyError, match="Wait for it"):
            build(model, wait=0.3)
    finally:
        holder.close()

    assert build(model, wait=10) == "valid"


def test_a_failed_build_can_be_repeated(
    model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Progress] = []

    def stop(progress: Progress) -> None:
        seen.append(progress)
        raise KeyboardInterrupt

    monkeypatch.setattr("assistant.embeddings.index_builds.INTERVAL", 0.05)
    with connections["default"].copy().cursor() as blocker:
        # CREATE INDEX CONCURRENTLY waits for it.
        blocker.execute("BEGIN")
        blocker.execute(f"LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE")
        with pytest.raises(KeyboardInterrupt):
            build(model, on_progress=stop)
        blocker.execute("ROLLBACK")
        blocker.connection.close()

    assert seen[0].phase.startswith("waiting for")
    assert status(model)[0] in {"invalid", "missing"}
    assert build(model, on_progress=seen.append) == "valid"


def test_without_shared_memory_it_is_built_without_workers(
    model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, calls = vector_indexes.run_and_watch, []

    def short_of_memory(session: Any, statement: str, on_progress: Any) -> None:
        calls.append(statement)
        if len(calls) == 1:
            statement = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$"
        run(session, statement, on_progress)

    monkeypatch.setattr(vector_indexes, "run_and_watch", short_of_memory)

    assert build(model) == "valid"
    assert len(calls) == 2


def test_others_write_while_it_is_built(model: EmbeddingModel) -> None:
    done = Event()

    def builder() -> None:
        try:
            build(model)
        finally:
            connections.close_all()
            done.set()

    thread = Thread(target=builder)
    thread.start()
    row = ConversationEmbedding.objects.filter(embedding_model=model).first()
    while not done.wait(0.01):
        ConversationEmbedding.objects.filter(pk=row.pk).update(chunk_text="Changed")
    thread.join()

    assert status(model)[0] == "valid"
