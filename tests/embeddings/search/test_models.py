"""Searching while models come and go."""

from collections.abc import Callable
from typing import Any

import pytest

from assistant.embeddings.models import EmbeddingModel, KnowledgeChunk
from assistant.embeddings.search import runs, search
from tests.embeddings.search.test_search import HASHED, embed_document, known
from tests.factories import make_document

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def model(db: None) -> EmbeddingModel:
    EmbeddingModel.objects.update(is_default=False, is_active=False)
    return EmbeddingModel.objects.create(
        name="hashed", dimension=64, backend=HASHED, is_default=True
    )


@pytest.fixture
def other(model: EmbeddingModel) -> EmbeddingModel:
    return EmbeddingModel.objects.create(name="other", dimension=96, backend=HASHED)


def models_of(hits: Any) -> set[Any]:
    chunks = KnowledgeChunk.objects.filter(pk__in=[hit.chunk for hit in hits])
    return set(chunks.values_list("embedding_model", flat=True))


@pytest.mark.parametrize("mode", ["hybrid", "vector", "keyword"])
def test_another_model_can_be_tried(
    mode: str, model: EmbeddingModel, other: EmbeddingModel
) -> None:
    document = known("Refunds take five days", model)
    embed_document(document, other)

    usual = search("refunds", user=None, mode=mode)
    for chosen in (other, other.pk, str(other.pk)):
        tried = search("refunds", user=None, mode=mode, embedding_model=chosen)
        assert [hit.source for hit in tried] == [document]
        assert (models_of(tried), tried.embedding_model) == ({other.pk}, other)

    assert (models_of(usual), usual.embedding_model) == ({model.pk}, model)


def test_a_model_that_does_not_exist_is_named(model: EmbeddingModel) -> None:
    with pytest.raises(ValueError, match="embedding_model is 'x'"):
        search("refunds", user=None, embedding_model="x")
    with pytest.raises(ValueError, match="no such embedding model"):
        search("refunds", user=None, embedding_model="00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize("moment", ["embed_query", "hits_of"])
def test_a_model_that_is_retired_meanwhile_is_not_missed(
    moment: str, model: EmbeddingModel, other: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_document(content="Refunds take five days")
    for each in (model, other):
        embed_document(document, each)

    def retire() -> None:
        EmbeddingModel.objects.filter(pk=model.pk).update(is_default=False, status="retired")
        EmbeddingModel.objects.filter(pk=other.pk).update(is_default=True)
        KnowledgeChunk.objects.filter(embedding_model=model).delete()

    original: Callable[..., Any] = getattr(runs, moment)

    def after(*arguments: Any, **named: Any) -> Any:
        retire()
        return original(*arguments, **named)

    monkeypatch.setattr(runs, moment, after)
    hits = search("refunds", user=None)

    assert [hit.source for hit in hits] == [document]
    assert (models_of(hits), hits.embedding_model) == ({other.pk}, other)


def test_scores_and_times_are_told(model: EmbeddingModel) -> None:
    known("Refunds take five days", model)

    hits = search("refunds take five days", user=None)

    assert hits[0].scores["vector"] == pytest.approx(1)
    assert hits[0].scores["keyword"] > 0
    assert set(hits.timings) == {"embed", "rank", "read", "total"}
    assert 0 < hits.timings["rank"] < hits.timings["total"]
