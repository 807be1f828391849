"""Names that are taken stay with whom they were."""

import pytest
from django.contrib.auth import get_user_model

from assistant.demo.content import model_configs, system_settings
from assistant.demo.runs import demo_id
from assistant.demo.services import load_demo, remove_demo
from assistant.embeddings.models import EmbeddingModel, KnowledgeDocument
from assistant.settings.models import ModelConfig, SystemSetting
from tests.factories import make_embedding_model, make_model_config, make_setting, make_user

pytestmark = pytest.mark.django_db


def test_a_user():
    theirs = make_user(username="Mara.Lindqvist@demo.example")

    run = load_demo()

    ours = get_user_model().objects.get(pk=demo_id("user", "mara.lindqvist"))
    assert ours.username == "mara.lindqvist2@demo.example"
    assert any(ours.username in note for note in run.notes)
    remove_demo()
    assert get_user_model().objects.filter(pk=theirs.pk).exists()
    assert not get_user_model().objects.filter(pk=ours.pk).exists()


def test_a_setting():
    make_setting(key="support_hours", value="ours")

    notes = load_demo().notes

    assert notes == ["The setting support_hours is not the demo's and stays as it is."]
    assert load_demo().notes == notes
    remove_demo()
    assert SystemSetting.objects.get(key="support_hours").value == "ours"
    assert not SystemSetting.objects.filter(key="welcome_message").exists()


@pytest.mark.parametrize("value", ["a note", {"settings": "all"}, ["support_hours"]])
def test_the_setting_that_records_the_others(value):
    make_setting(key="demo_data", value=value)

    assert "no settings are added" in load_demo().notes[0]
    assert not SystemSetting.objects.filter(key="support_hours").exists()
    remove_demo()
    assert SystemSetting.objects.get(key="demo_data").value == value


def test_keys_that_somebody_adds_to_the_record_are_not_the_demos():
    load_demo()
    record = SystemSetting.objects.get(key="demo_data")
    record.value["settings"] += ["app_version", 7, None, {}]
    record.save()

    remove_demo()

    assert SystemSetting.objects.filter(key="app_version").exists()
    assert not SystemSetting.objects.filter(
        key__in=[item["key"] for item in system_settings()]
    ).exists()


def test_a_model_configuration():
    name = model_configs()[1]["name"]
    theirs = make_model_config(name=name)

    assert load_demo().notes == [
        f"The model configuration {name} is not the demo's and stays as it is."
    ]
    assert list(ModelConfig.objects.filter(name=name)) == [theirs]
    remove_demo()
    assert list(ModelConfig.objects.all()) == [theirs]


def test_a_default_is_not_taken_away():
    model = make_model_config(name="theirs", is_default=True)
    default = EmbeddingModel.objects.get_or_create(is_default=True, defaults={"dimension": 3})[0]

    load_demo()

    assert list(ModelConfig.objects.filter(is_default=True)) == [model]
    assert list(EmbeddingModel.objects.filter(is_default=True)) == [default]


def test_an_embedding_model_of_another_dimension():
    theirs = make_embedding_model(name="demo-hashed-words", dimension=3)

    run = load_demo()

    ours = EmbeddingModel.objects.get(name="demo-hashed-words-2")
    assert ours.dimension == 64
    assert any(ours.name in note for note in run.notes)
    assert KnowledgeDocument.objects.filter(embedding_model=ours).count() >= 25
    remove_demo()
    assert EmbeddingModel.objects.filter(pk=theirs.pk).exists()
    assert not EmbeddingModel.objects.filter(pk=ours.pk).exists()
