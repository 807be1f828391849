"""System settings and model configurations in the admin site."""

import json
from typing import Any

import pytest
from django.test import Client

from assistant.settings.models import ModelConfig, SystemSetting
from tests import factories
from tests.db.admin.pages import NUL, errors, log_of, page


@pytest.mark.parametrize(
    "value", ["0", "false", "{}", "[]", '"text"', '{"a": [1, 2.5, null]}'], ids=str
)
def test_a_setting_of_any_json_is_added_and_logged(root: Client, value: str) -> None:
    response = root.post(page(SystemSetting, "add"), {"key": "theme", "value": value})

    assert response.status_code == 302
    setting = SystemSetting.objects.get(key="theme")
    assert setting.value == json.loads(value)
    assert setting.description is None
    assert [entry.is_addition() for entry in log_of(setting)] == [True]


@pytest.mark.parametrize(
    "fields, name, message",
    [
        pytest.param({"key": "app_version"}, "key", "already exists", id="key-taken"),
        pytest.param({"key": ""}, "key", "required", id="no-key"),
        pytest.param({"key": NUL}, "key", "Null characters", id="nul-in-key"),
        pytest.param({"key": "x" * 256}, "key", "255", id="long-key"),
        pytest.param({"value": ""}, "value", "required", id="no-value"),
        pytest.param({"value": "{'a': 1}"}, "value", "line 1, column 2", id="no-json"),
        pytest.param({"value": "[1,\n2,\n]"}, "value", "line 3, column 1", id="line"),
        pytest.param({"value": "NaN"}, "value", "nan", id="nan"),
        pytest.param({"value": "[1e999]"}, "value", "$[0]", id="overflow"),
        pytest.param({"value": NUL}, "value", "line 1", id="nul-in-value"),
        pytest.param({"value": '"\\u0000"'}, "value", "Null characters", id="nul-in-json"),
        pytest.param({"value": '"\\udc00"'}, "value", "surrogate", id="lone-surrogate"),
        pytest.param({"value": "9" * 5000}, "value", "", id="huge-number"),
        pytest.param({"value": "[" * 10_000}, "value", "deep", id="deep"),
        pytest.param({"description": NUL}, "description", "Null characters", id="nul-in-text"),
    ],
)
def test_what_the_form_of_a_setting_refuses(
    root: Client, fields: dict[str, str], name: str, message: str
) -> None:
    before = SystemSetting.objects.in_bulk()

    response = root.post(page(SystemSetting, "add"), {"key": "new", "value": "1", **fields})

    assert message in " ".join(errors(response)[name])
    assert SystemSetting.objects.in_bulk() == before


def test_the_key_stays(root: Client) -> None:
    setting = factories.make_setting(key="a/b?c d_e", value=1)

    page_text = root.get(page(setting, "change")).text
    response = root.post(page(setting, "change"), {"key": "other", "value": "2"})

    assert 'name="key"' not in page_text
    assert response.status_code == 302
    assert SystemSetting.objects.get(key="a/b?c d_e").value == 2
    assert not SystemSetting.objects.filter(key="other").exists()


def test_a_setting_is_deleted_and_logged(root: Client) -> None:
    setting = factories.make_setting()

    root.post(page(setting, "delete"), {"post": "yes"})

    assert not SystemSetting.objects.filter(key=setting.key).exists()
    assert [entry.is_deletion() for entry in log_of(setting)] == [True]


def test_chosen_settings_are_deleted_and_logged(root: Client) -> None:
    settings = [factories.make_setting(), factories.make_setting()]
    keys = [setting.key for setting in settings]
    data = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}

    root.post(page(SystemSetting, "changelist"), data)

    assert not SystemSetting.objects.filter(key__in=keys).exists()
    assert all(log_of(setting)[0].is_deletion() for setting in settings)


def test_the_list_finds_keys_by_their_beginning(root: Client) -> None:
    response = root.get(page(SystemSetting, "changelist"), {"q": "APP_"})

    assert [row.key for row in response.context["cl"].result_list] == ["app_version"]
    assert "1.0.0" in response.text


def new_config(**fields: Any) -> dict[str, Any]:
    return {"name": "Small", "model_path": "/models/small", "config": '{"a": 1}', **fields}


def test_a_model_configuration_is_added(root: Client) -> None:
    response = root.post(page(ModelConfig, "add"), new_config(is_default="on", config=""))

    assert response.status_code == 302
    config = ModelConfig.objects.get()
    assert (config.name, config.config, config.is_default) == ("Small", {}, True)


@pytest.mark.parametrize(
    "fields, name",
    [
        pytest.param({"name": ""}, "name", id="no-name"),
        pytest.param({"name": NUL}, "name", id="nul-in-name"),
        pytest.param({"name": "x" * 256}, "name", id="long-name"),
        pytest.param({"model_path": NUL}, "model_path", id="nul-in-path"),
        pytest.param({"model_path": " "}, "model_path", id="blank-path"),
        pytest.param({"config": "[1]"}, "config", id="list"),
        pytest.param({"config": '"text"'}, "config", id="text"),
        pytest.param({"config": "{"}, "config", id="no-json"),
        pytest.param({"config": '{"a": Infinity}'}, "config", id="infinity"),
    ],
)
def test_what_the_form_of_a_model_configuration_refuses(
    root: Client, fields: dict[str, str], name: str
) -> None:
    response = root.post(page(ModelConfig, "add"), new_config(**fields))

    assert list(errors(response)) == [name]
    assert not ModelConfig.objects.exists()
