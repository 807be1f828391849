"""What ingest has split, workers leave as it is."""

import pytest
from django.core.management import call_command

from assistant.embeddings.documents.ingestion import ingest_paths
from assistant.embeddings.models import EmbeddingModel, KnowledgeChunk, KnowledgeDocument
from assistant.embeddings.splitting import split
from tests.factories import make_document

SENTENCE = "It is a sentence of some length that says little. "
PAGE = "".join(f"<h2>Part {n}</h2><p>{SENTENCE * 12}</p>" for n in range(6))


@pytest.fixture
def model(db: None) -> EmbeddingModel:
    EmbeddingModel.objects.update(is_default=False, is_active=False)
    return EmbeddingModel.objects.create(
        name="hashed",
        dimension=64,
        backend="tests.embeddings.embedder.HashedWords",
        is_default=True,
    )


@pytest.mark.parametrize(
    "name, text",
    [
        ("page.html", f"<html><body>{PAGE}</body></html>"),
        ("notes.txt", SENTENCE * 60),
        ("program.py", f'def a():\n    """{SENTENCE * 12}"""\n\n\n' * 6),
    ],
)
def test_the_same_chunks(tmp_path, model: EmbeddingModel, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    ingest_paths([str(tmp_path)])
    before = set(KnowledgeChunk.objects.values_list("chunk_index", "start_offset", "end_offset"))

    call_command("embed", verbosity=0)

    after = KnowledgeChunk.objects.exclude(embedding_vector=None)
    assert len(before) > 1
    assert set(after.values_list("chunk_index", "start_offset", "end_offset")) == before


def test_a_language_that_people_speak_makes_no_code(model: EmbeddingModel) -> None:
    content = "\n\n".join([f"  {SENTENCE * 7}", SENTENCE * 9] * 5)
    assert split(content) != split(content, content_type="code")
    document = make_document(content=content, language="en")

    call_command("embed", verbosity=0)

    expected = [(each.start, each.end) for each in split(document.content)]
    found = KnowledgeChunk.objects.order_by("chunk_index").values_list("start_offset", "end_offset")
    assert list(found) == expected
    assert KnowledgeDocument.objects.get().status == "ready"
