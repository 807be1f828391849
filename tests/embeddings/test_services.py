"""set_default_embedding_model."""

import pytest
from django.core.exceptions import ValidationError

from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.services import set_default_embedding_model
from tests.factories import make_document, make_embedding_model

pytestmark = pytest.mark.django_db


def test_the_default_moves_and_the_former_is_returned() -> None:
    first = EmbeddingModel.objects.get(is_default=True)
    second = make_embedding_model()

    former = set_default_embedding_model(embedding_model=second)

    assert list(EmbeddingModel.objects.filter(is_default=True)) == [second]
    assert former == [first]
    assert (second.is_default, former[0].is_default) == (True, False)
    document = make_document(embedding_vector=[1, 2, 3])
    document.refresh_from_db()
    assert document.embedding_model == second


def test_twice_is_once() -> None:
    model = EmbeddingModel.objects.get(is_default=True)

    assert set_default_embedding_model(embedding_model=model) == []
    assert list(EmbeddingModel.objects.filter(is_default=True)) == [model]


def test_where_there_is_none_the_first_is_made() -> None:
    EmbeddingModel.objects.update(is_default=False)
    model = make_embedding_model()

    assert set_default_embedding_model(embedding_model=model) == []
    assert list(EmbeddingModel.objects.filter(is_default=True)) == [model]


def test_a_deleted_row_is_named() -> None:
    gone = make_embedding_model()
    EmbeddingModel.objects.filter(pk=gone.pk).delete()

    with pytest.raises(EmbeddingModel.DoesNotExist, match=f"{gone.pk} cannot become the default"):
        set_default_embedding_model(embedding_model=gone)

    assert EmbeddingModel.objects.filter(is_default=True).count() == 1


def test_an_inactive_model_is_refused_with_the_way_out() -> None:
    first = EmbeddingModel.objects.get(is_default=True)
    model = make_embedding_model(name="old", is_active=False)

    with pytest.raises(ValidationError, match=r"“old” is not active.*Make it active first"):
        set_default_embedding_model(embedding_model=model)

    assert list(EmbeddingModel.objects.filter(is_default=True)) == [first]
