"""Embedding models in the admin site."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from assistant.db.secrets import MASK
from assistant.embeddings.models import EmbeddingModel
from tests import factories
from tests.db.admin.pages import NUL, errors, log_of, notices, page


def new_model(**fields: Any) -> dict[str, Any]:
    return {
        "name": "tiny",
        "backend": "fastembed",
        "provider": "{}",
        "dimension": "3",
        "distance": "cosine",
        "status": "active",
        "is_active": "on",
        **fields,
    }


def test_a_model_is_added_and_logged(root: Client) -> None:
    response = root.post(page(EmbeddingModel, "add"), new_model())

    assert response.status_code == 302
    model = EmbeddingModel.objects.get(name="tiny")
    assert (model.dimension, model.model_path, model.is_default) == (3, None, False)
    assert [entry.is_addition() for entry in log_of(model)] == [True]


@pytest.mark.parametrize(
    "fields, name, message",
    [
        pytest.param({"name": "taken"}, "name", "already exists", id="name-taken"),
        pytest.param({"name": NUL}, "name", "Null", id="nul-in-name"),
        pytest.param({"name": ""}, "name", "required", id="no-name"),
        pytest.param({"dimension": "0"}, "dimension", "1", id="no-dimension"),
        pytest.param({"dimension": "-3"}, "dimension", "1", id="negative"),
        pytest.param({"dimension": "16001"}, "dimension", "16000", id="too-many"),
        pytest.param({"dimension": "9" * 5000}, "dimension", "number", id="huge"),
        pytest.param({"dimension": "NaN"}, "dimension", "number", id="nan"),
        pytest.param(
            {"is_default": "on", "is_active": ""},
            "is_active",
            "Make it active",
            id="inactive-default",
        ),
        pytest.param({"model_path": NUL}, "model_path", "Null", id="nul-in-path"),
        pytest.param({"description": NUL}, "description", "Null", id="nul-in-description"),
    ],
)
def test_what_the_form_refuses(
    root: Client, fields: dict[str, Any], name: str, message: str
) -> None:
    factories.make_embedding_model(name="taken")
    before = EmbeddingModel.objects.count()

    response = root.post(page(EmbeddingModel, "add"), new_model(**fields))

    assert list(errors(response)) == [name]
    assert message in errors(response)[name][0]
    assert EmbeddingModel.objects.count() == before


def test_the_default_stays_active(root: Client) -> None:
    model = EmbeddingModel.objects.get(is_default=True)

    response = root.post(page(model, "change"), new_model(name=model.name, is_active=""))

    assert "Make another model the default first" in errors(response)["is_active"][0]
    model.refresh_from_db()
    assert model.is_active


def test_an_inactive_model_does_not_become_the_default(root: Client) -> None:
    model = factories.make_embedding_model(name="tiny", is_active=False)
    data = {"action": "make_default", "_selected_action": str(model.pk)}

    response = root.post(page(EmbeddingModel, "changelist"), data, follow=True)

    assert notices(response) == [
        "The embedding model “tiny” is not active, so it cannot be the default. "
        "Make it active first."
    ]
    assert not EmbeddingModel.objects.get(pk=model.pk).is_default


def make_vector(model: EmbeddingModel, table: str) -> None:
    if table == "documents":
        factories.make_document(embedding_model=model, embedding_vector=[1, 2, 3])
    else:
        factories.make_embedding(embedding_model=model)


@pytest.mark.parametrize("table", ["documents", "conversations"])
def test_the_dimension_stays_once_vectors_have_it(root: Client, table: str) -> None:
    model = factories.make_embedding_model(name="tiny")
    assert 'name="dimension"' in root.get(page(model, "change")).text
    make_vector(model, table)

    shown = root.get(page(model, "change")).text
    response = root.post(page(model, "change"), new_model(dimension="4", description="New"))

    assert 'name="dimension"' not in shown
    assert response.status_code == 302
    model.refresh_from_db()
    assert (model.dimension, model.description) == (3, "New")


@pytest.mark.parametrize("table", ["documents", "conversations"])
def test_a_model_in_use_is_not_deleted(root: Client, table: str) -> None:
    model = factories.make_embedding_model(name="tiny")
    make_vector(model, table)
    kind = "knowledge document" if table == "documents" else "conversation embedding"
    chosen = {"action": "delete_selected", "_selected_action": str(model.pk)}

    for response in (
        root.get(page(model, "delete")),
        root.post(page(model, "delete"), {"post": "yes"}),
        root.post(page(EmbeddingModel, "changelist"), chosen),
        root.post(page(EmbeddingModel, "changelist"), {**chosen, "post": "yes"}),
    ):
        assert response.status_code == 200
        assert "Cannot delete" in response.text
        assert f"1 {kind}," in response.text
    assert EmbeddingModel.objects.filter(pk=model.pk).exists()


def test_a_model_without_vectors_is_deleted_and_logged(root: Client) -> None:
    model = factories.make_embedding_model()

    root.post(page(model, "delete"), {"post": "yes"})

    assert not EmbeddingModel.objects.filter(pk=model.pk).exists()
    assert [entry.is_deletion() for entry in log_of(model)] == [True]


SECRET = "sk-do-not-store"


@pytest.mark.parametrize(
    "provider, message",
    [
        pytest.param({"api_key": SECRET}, "$.api_key looks like a secret", id="key"),
        pytest.param({"headers": [{"token": SECRET}]}, "$.headers[0].token", id="deep"),
        pytest.param({"base_url": f"https://a:{SECRET}@host/v1"}, "$.base_url", id="url"),
        pytest.param({"api_key_env": SECRET}, "name of an environment variable", id="in-its-name"),
        pytest.param(
            {"api_key_env": "hf_abcDEF123"}, "name of an environment variable", id="like-a-name"
        ),
        pytest.param({"api_key_env": "HOME"}, "that ends in API_KEY", id="no-key"),
        pytest.param({"api_key_env": ["A"]}, "name of an environment variable", id="list"),
    ],
)
def test_no_secret_is_stored(root: Client, provider: dict[str, Any], message: str) -> None:
    data = new_model(backend="openai", provider=json.dumps(provider))

    response = root.post(page(EmbeddingModel, "add"), data)

    assert list(errors(response)) == ["provider"]
    assert message in errors(response)["provider"][0]
    assert "environment variable" in errors(response)["provider"][0]
    assert not EmbeddingModel.objects.filter(name="tiny").exists()


def test_a_stored_secret_does_not_hold_up_other_edits(root: Client) -> None:
    model = factories.make_embedding_model(name="tiny", provider={"api_key": SECRET})
    shown = {name: json.dumps({"api_key": MASK}) for name in ("provider", "initial-provider")}
    data = new_model(**shown, description="New")

    response = root.post(page(model, "change"), data)

    assert response.status_code == 302
    model.refresh_from_db()
    assert (model.description, model.provider) == ("New", {"api_key": SECRET})


@pytest.mark.parametrize("backend", ["fastemb", "1.2", "a b.c", "os;system", ".a"])
def test_what_names_no_backend_is_refused(root: Client, backend: str) -> None:
    response = root.post(page(EmbeddingModel, "add"), new_model(backend=backend))

    assert "is no backend. Use one of fastembed," in errors(response)["backend"][0]


@pytest.mark.parametrize("stored", [True, False])
def test_the_default_is_not_retired(root: Client, stored: bool) -> None:
    model = factories.make_embedding_model(name="tiny")
    EmbeddingModel.objects.update(is_default=False)
    EmbeddingModel.objects.filter(pk=model.pk).update(is_default=stored)
    button = {} if stored else {"_make_default": "1"}

    response = root.post(page(model, "change"), new_model(status="retired", **button))

    assert list(errors(response)) == ["status"]
    model.refresh_from_db()
    assert (model.status, model.is_default) == ("active", stored)


def test_a_retired_model_does_not_become_the_default(root: Client) -> None:
    model = factories.make_embedding_model(name="tiny", status="retired")
    data = {"action": "make_default", "_selected_action": str(model.pk)}

    response = root.post(page(EmbeddingModel, "changelist"), data, follow=True)

    assert "“tiny” is retired" in notices(response)[0]
    assert not EmbeddingModel.objects.get(pk=model.pk).is_default


def test_dimension_and_distance_stay_once_a_chunk_has_its_vector(root: Client) -> None:
    model = factories.make_embedding_model(name="tiny")
    chunk = factories.make_chunk(embedding_model=model)
    # Of a wrong dimension no vector comes about, so it can be corrected.
    assert 'name="dimension"' in root.get(page(model, "change")).text
    chunk.embedding_vector = [1, 2, 3]
    chunk.save()

    text = root.get(page(model, "change")).text
    root.post(page(model, "change"), new_model(dimension="4", distance="l2"))

    assert 'name="dimension"' not in text
    assert 'name="distance"' not in text
    model.refresh_from_db()
    assert (model.dimension, model.distance) == (3, "cosine")


def test_only_superusers_name_code_that_workers_run(root: Client, client: Client) -> None:
    clerk = factories.make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="add_embeddingmodel"))
    client.force_login(clerk)
    given = new_model(backend="some.module.Backend")

    refused = client.post(page(EmbeddingModel, "add"), given)
    assert "Only a superuser" in str(errors(refused))
    assert not EmbeddingModel.objects.filter(name="tiny").exists()

    assert client.post(page(EmbeddingModel, "add"), new_model()).status_code == 302
    assert root.post(page(EmbeddingModel, "add"), {**given, "name": "own"}).status_code == 302


def test_an_incomplete_model_does_not_replace_one_that_has_vectors(root: Client) -> None:
    former = EmbeddingModel.objects.get(is_default=True)
    model = factories.make_embedding_model(name="tiny")
    data = {"action": "make_default", "_selected_action": str(model.pk)}
    factories.make_embedding(embedding_model=former, message=factories.make_message())

    response = root.post(page(EmbeddingModel, "changelist"), data, follow=True)

    assert "not all texts have been queued" in notices(response)[0]
    assert "manage.py embedding_model build tiny" in notices(response)[0]
    assert EmbeddingModel.objects.get(is_default=True) == former

    # It can be where nothing is lost.
    former.conversation_embeddings.all().delete()
    root.post(page(EmbeddingModel, "changelist"), data, follow=True)
    assert EmbeddingModel.objects.get(is_default=True) == model
