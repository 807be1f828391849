"""A model that needs no download, and what is known by it."""

from collections.abc import Callable
from typing import Any

import pytest

from assistant.embeddings.backends import embed_texts, load_backend
from assistant.embeddings.models import EmbeddingModel, EmbeddingQueueItem, KnowledgeDocument
from tests.factories import make_chunk, make_document

Known = Callable[..., KnowledgeDocument]


@pytest.fixture
def model(db: None) -> EmbeddingModel:
    """Return the default embedding model."""
    EmbeddingModel.objects.update(is_default=False, is_active=False)
    return EmbeddingModel.objects.create(
        name="hashed",
        dimension=64,
        backend="tests.embeddings.embedder.HashedWords",
        is_default=True,
    )


@pytest.fixture
def known(model: EmbeddingModel) -> Known:
    """Return what stores a document and each of its lines as a chunk."""

    def store(content: str, **fields: Any) -> KnowledgeDocument:
        document = make_document(content=content, **fields)
        start = 0
        for index, line in enumerate(content.split("\n")):
            make_chunk(
                document=document,
                embedding_model=model,
                chunk_index=index,
                chunk_text=line,
                start_offset=start,
                end_offset=start + len(line),
                embedding_vector=embed_texts(load_backend(model), model, [line])[0],
            )
            start += len(line) + 1
        EmbeddingQueueItem.objects.filter(document=document).delete()
        return document

    return store
