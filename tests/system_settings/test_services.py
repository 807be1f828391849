"""set_default_model_config."""

import pytest
from django.core.exceptions import ValidationError

from assistant.settings.models import ModelConfig
from assistant.settings.services import set_default_model_config
from tests.factories import make_model_config

pytestmark = pytest.mark.django_db


def defaults() -> list[ModelConfig]:
    return list(ModelConfig.objects.filter(is_default=True))


def test_the_default_moves_and_the_former_is_returned() -> None:
    first, second = make_model_config(is_default=True), make_model_config()

    former = set_default_model_config(model_config=second)

    assert defaults() == [second]
    assert former == [first]
    assert (second.is_default, former[0].is_default) == (True, False)


def test_a_first_default_takes_nobodys_place() -> None:
    config = make_model_config()

    assert set_default_model_config(model_config=config) == []
    assert defaults() == [config]


def test_twice_is_once() -> None:
    config = make_model_config(is_default=True)

    assert set_default_model_config(model_config=config) == []
    assert defaults() == [config]


def test_a_deleted_row_is_named() -> None:
    first, gone = make_model_config(is_default=True), make_model_config()
    ModelConfig.objects.filter(pk=gone.pk).delete()

    with pytest.raises(ModelConfig.DoesNotExist, match=f"{gone.pk} cannot become the default"):
        set_default_model_config(model_config=gone)

    assert defaults() == [first]


def test_the_orm_switches_too() -> None:
    make_model_config(is_default=True)
    second = make_model_config(is_default=True)
    assert second.is_default
    assert defaults() == [second]

    third = make_model_config()
    third.is_default = True
    third.full_clean()
    third.save()

    assert defaults() == [third]
    third.refresh_from_db()
    assert third.is_default


def test_validation_still_refuses_the_rest() -> None:
    with pytest.raises(ValidationError, match="JSON object"):
        ModelConfig(name="a", model_path="a", config=[], is_default=True).full_clean()
