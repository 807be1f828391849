"""One default model configuration and one default embedding model, switched in the admin site."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.models import EmbeddingModel
from assistant.settings.models import ModelConfig
from tests import factories
from tests.db.admin.pages import log_of, notices, page

MODELS = {"configurations": ModelConfig, "embedding-models": EmbeddingModel}
both = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def make(model: Any, **fields: Any) -> Any:
    if model is ModelConfig:
        return factories.make_model_config(**{"config": {}, **fields})
    return factories.make_embedding_model(**fields)


def the_default(model: Any) -> Any:
    if model is ModelConfig:
        return make(model, name="First", is_default=True)
    return EmbeddingModel.objects.get(is_default=True)


def form_of(row: Any, **fields: Any) -> dict[str, Any]:
    if isinstance(row, ModelConfig):
        config = {"config": "{}", "initial-config": "{}"}
        return {"name": row.name, "model_path": row.model_path, **config, **fields}
    choices = {"backend": row.backend, "distance": row.distance, "status": row.status}
    return {"name": row.name, "dimension": row.dimension, "is_active": "on", **choices, **fields}


def choose(client: Client, model: Any, *rows: Any) -> Any:
    data = {"action": "make_default", "_selected_action": [str(row.pk) for row in rows]}
    return client.post(page(model, "changelist"), data, follow=True)


@both
def test_the_action_switches_and_both_rows_are_logged(root: Client, model: Any) -> None:
    first, second = the_default(model), make(model)

    response = choose(root, model, second)

    assert list(model.objects.filter(is_default=True)) == [second]
    assert notices(response) == [f"“{second}” is the default now."]
    assert [entry.get_change_message() for entry in log_of(second)] == ["Made the default."]
    assert [entry.get_change_message() for entry in log_of(first)] == ["No longer the default."]


@both
def test_the_default_chosen_again_stays_and_nothing_is_logged(root: Client, model: Any) -> None:
    first = the_default(model)

    response = choose(root, model, first)

    assert notices(response) == [f"“{first}” is the default already."]
    assert list(model.objects.filter(is_default=True)) == [first]
    assert not log_of(first)


@both
def test_two_rows_are_not_one(root: Client, model: Any) -> None:
    first, second, third = the_default(model), make(model), make(model)

    response = choose(root, model, second, third)

    assert "Choose exactly one row" in notices(response)[0]
    assert list(model.objects.filter(is_default=True)) == [first]


@both
def test_the_button_saves_and_switches(root: Client, model: Any) -> None:
    first, second = the_default(model), make(model)
    assert 'name="_make_default"' in root.get(page(second, "change")).text
    assert 'name="_make_default"' not in root.get(page(first, "change")).text
    assert 'name="_make_default"' not in root.get(page(model, "add")).text

    data = form_of(second, name="Renamed", _make_default="Save and make default")
    response = root.post(page(second, "change"), data)

    assert response.url == page(second, "change")
    (default,) = model.objects.filter(is_default=True)
    assert (default.pk, default.name) == (second.pk, "Renamed")
    messages = {entry.get_change_message() for entry in log_of(second)}
    assert messages == {"Changed Name.", "Made the default."}
    assert [entry.get_change_message() for entry in log_of(first)] == ["No longer the default."]


@both
def test_the_button_switches_nothing_where_the_form_is_refused(root: Client, model: Any) -> None:
    first, second = the_default(model), make(model)

    response = root.post(page(second, "change"), form_of(second, name="", _make_default="1"))

    assert response.status_code == 200
    assert list(model.objects.filter(is_default=True)) == [first]


@both
def test_enter_in_a_field_presses_save(root: Client, model: Any) -> None:
    row = make(model)

    text = root.get(page(row, "change")).text

    assert text.index('name="_save"') < text.index('name="_make_default"')


@both
def test_the_change_page_has_no_checkbox(root: Client, model: Any) -> None:
    first, second = the_default(model), make(model)

    assert 'name="is_default"' not in root.get(page(second, "change")).text
    root.post(page(second, "change"), form_of(second, is_default="on"))
    root.post(page(first, "change"), form_of(first))

    assert list(model.objects.filter(is_default=True)) == [first]


@both
def test_a_new_row_takes_the_place(root: Client, model: Any) -> None:
    first = the_default(model)
    assert 'name="is_default"' in root.get(page(model, "add")).text
    new = model(name="New", **({"model_path": "m"} if model is ModelConfig else {"dimension": 3}))

    response = root.post(page(model, "add"), form_of(new, is_default="on"), follow=True)

    (default,) = model.objects.filter(is_default=True)
    assert default.name == "New"
    assert "“New” is the default now." in notices(response)
    assert {entry.get_change_message() for entry in log_of(default)} == {
        "Added.",
        "Made the default.",
    }
    assert [entry.get_change_message() for entry in log_of(first)] == ["No longer the default."]


@both
def test_a_viewer_has_no_way_to_switch(viewer: Client, model: Any) -> None:
    first, second = the_default(model), make(model)

    assert "_make_default" not in viewer.get(page(second, "change")).text
    assert "make_default" not in viewer.get(page(model, "changelist")).text
    choose(viewer, model, second)
    data = form_of(second, _make_default="1")
    assert viewer.post(page(second, "change"), data).status_code == 403

    assert list(model.objects.filter(is_default=True)) == [first]


@both
def test_the_right_to_change_is_enough(client: Client, db: None, model: Any) -> None:
    user = factories.make_user(is_staff=True)
    name = f"change_{model._meta.model_name}"
    user.user_permissions.set(Permission.objects.filter(codename=name))
    client.force_login(user)
    the_default(model)
    second = make(model)

    choose(client, model, second)

    assert list(model.objects.filter(is_default=True)) == [second]


@both
@pytest.mark.parametrize("way", ["page", "list"])
def test_a_deleted_default_is_missed(root: Client, model: Any, way: str) -> None:
    first, second = the_default(model), make(model)

    for row in (second, first):
        if way == "page":
            response = root.post(page(row, "delete"), {"post": "yes"}, follow=True)
        else:
            data = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
            response = root.post(page(model, "changelist"), data, follow=True)
        missed = [text for text in notices(response) if "There is no default" in text]
        assert len(missed) == (row is first)


@both
def test_a_row_deleted_in_between(
    root: Client, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = the_default(model), make(model)
    from assistant.db.admin.defaults import DefaultMixin  # noqa: PLC0415

    switch = DefaultMixin._switch

    def late(self: Any, request: Any, obj: Any) -> None:
        model.objects.filter(pk=obj.pk).delete()
        switch(self, request, obj)

    monkeypatch.setattr(DefaultMixin, "_switch", late)

    response = choose(root, model, second)

    assert "deleted meanwhile" in notices(response)[0]
    assert list(model.objects.filter(is_default=True)) == [first]


@both
def test_the_list_marks_the_default(root: Client, model: Any) -> None:
    the_default(model)
    make(model)

    assert root.get(page(model, "changelist")).text.count("<strong>✔ Default</strong>") == 1


@both
def test_switching_takes_as_many_queries_whatever_the_rows(root: Client, model: Any) -> None:
    the_default(model)
    rows = [make(model) for _ in range(3)]
    choose(root, model, rows[0])
    data = {"action": "make_default"}
    with CaptureQueriesContext(connection) as few:
        root.post(page(model, "changelist"), {**data, "_selected_action": str(rows[1].pk)})
    for _ in range(10):
        make(model)

    with CaptureQueriesContext(connection) as many:
        root.post(page(model, "changelist"), {**data, "_selected_action": str(rows[2].pk)})

    assert len(many) == len(few)
