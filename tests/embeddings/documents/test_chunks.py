"""Chunks stay where their text stays."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.backends import EmbeddingError
from assistant.embeddings.documents import chunks as module
from assistant.embeddings.documents.chunks import (
    ChunkCounts,
    ChunksUnavailableError,
    write_chunks,
)
from assistant.embeddings.documents.ingestion import ingest_paths
from assistant.embeddings.models import EmbeddingModel, KnowledgeChunk
from tests.factories import make_document, make_embedding_model, make_user

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Chunk:
    index: int
    text: str
    start: int
    end: int
    content_hash: str


def split_lines(text: str, **options: Any) -> list[Chunk]:
    """Return a chunk for each line."""
    chunks, start = [], 0
    for index, line in enumerate(text.split("\n")):
        end = start + len(line)
        chunks.append(Chunk(index, line, start, end, sha256(line.encode()).hexdigest()))
        start = end + 1
    return chunks


@pytest.fixture(autouse=True)
def _splitter(monkeypatch):
    monkeypatch.setattr(module, "split", split_lines)


def write(document, content, model=None):
    type(document).objects.filter(pk=document.pk).update(content=content)
    model = model or EmbeddingModel.objects.get(is_default=True)
    return write_chunks(document=document, content=content, embedding_model=model, using="default")


def stored(document):
    rows = document.chunks.order_by("embedding_model", "chunk_index")
    return [(row.chunk_index, row.chunk_text, row.start_offset, row.end_offset) for row in rows]


def test_chunks_are_stored_without_vectors():
    owner = make_user()
    document = make_document(owner=owner)

    assert write(document, "one\ntwo") == ChunkCounts(added=2)
    assert stored(document) == [(0, "one", 0, 3), (1, "two", 4, 7)]
    chunk = document.chunks.first()
    assert chunk.embedding_vector is None
    assert chunk.owner == owner


def test_the_same_again_writes_nothing():
    document = make_document()
    write(document, "one\ntwo")
    before = list(KnowledgeChunk.objects.values())

    assert write(document, "one\ntwo") == ChunkCounts(kept=2)
    assert list(KnowledgeChunk.objects.values()) == before


def test_what_stays_and_what_moves_keeps_its_vector():
    document = make_document()
    model = make_embedding_model()
    write(document, "one\ntwo\nthree\nfour", model)
    for number, chunk in enumerate(document.chunks.order_by("chunk_index")):
        KnowledgeChunk.objects.filter(pk=chunk.pk).update(embedding_vector=[number, 1, 1])

    counts = write(document, "one\nnew\ntwo\nfour\nfour", model)

    assert counts == ChunkCounts(kept=1, added=4, moved=3, deleted=3)
    found = {
        row.chunk_index: (row.chunk_text, row.embedding_vector) for row in document.chunks.all()
    }
    assert {index: text for index, (text, _) in found.items()} == {
        0: "one", 1: "new", 2: "two", 3: "four", 4: "four",
    }  # fmt: skip
    vectors = [None if row[1] is None else float(row[1][0]) for _, row in sorted(found.items())]
    assert vectors == [0, None, 1, 3, 3]


def test_a_shorter_or_empty_content_leaves_no_rest():
    document = make_document()
    write(document, "one\ntwo\nthree")

    assert write(document, "one") == ChunkCounts(kept=1, deleted=2)
    assert stored(document) == [(0, "one", 0, 3)]


def test_each_model_has_chunks_of_its_own():
    document, other = make_document(), make_embedding_model()
    write(document, "one")
    write(document, "two", other)

    assert {row.chunk_text for row in document.chunks.all()} == {"one", "two"}


def test_the_chunks_of_a_former_content_are_not_written():
    document = make_document(content="now")
    model = EmbeddingModel.objects.get(is_default=True)

    for content in ("then", "now"):
        if content == "now":
            document.delete()
        counts = write_chunks(
            document=document, content=content, embedding_model=model, using="default"
        )
        assert counts == ChunkCounts(is_current=False)
    assert not KnowledgeChunk.objects.exists()


def test_many_chunks_cost_as_many_queries_as_few():
    few, many = make_document(), make_document()
    counts = []
    for document, lines in ((few, 2), (many, 2000)):
        with CaptureQueriesContext(connection) as queries:
            write(document, "\n".join(str(number) for number in range(lines)))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_changed_file_replaces_its_chunks_for_each_model_in_use(tmp_path):
    make_embedding_model()
    make_embedding_model(is_active=False)
    make_embedding_model(status="retired")
    (tmp_path / "a.md").write_text("one\ntwo")
    assert ingest_paths([str(tmp_path)]).chunks == 4
    (tmp_path / "a.md").write_text("one\ntwo\nthree")

    assert ingest_paths([str(tmp_path)]).chunks == 2
    assert KnowledgeChunk.objects.count() == 6


def test_without_the_splitter_documents_are_stored_and_it_is_told_once(tmp_path, monkeypatch):
    def refuse(text, **options):
        raise EmbeddingError("pip install it")

    monkeypatch.setattr(module, "split", refuse)
    for name in "abc":
        (tmp_path / name).write_text(name)

    report = ingest_paths([str(tmp_path)])

    assert (report.added, report.chunks) == (3, 0)
    assert [note for note in report.notes if "pip install it" in note] == report.notes[-1:]
    with pytest.raises(ChunksUnavailableError, match="pip install it"):
        write(make_document(), "one")
