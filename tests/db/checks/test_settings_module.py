"""What the check says of DJANGO_SETTINGS_MODULE."""

import pytest

from assistant.db.checks.settings_module import check_settings_module


@pytest.mark.parametrize("name", ["assistant.settings", "assistant.settings.models"])
def test_the_apps_name_is_an_error(monkeypatch, name):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", name)

    (error,) = check_settings_module()

    assert error.id == "assistant.E004"
    assert f"DJANGO_SETTINGS_MODULE is {name!r}" in error.msg
    assert "config.settings" in error.hint


@pytest.mark.parametrize(
    "name",
    ["", "config.settings", "myassistant.settings", "assistant.settings_local", "my.assistant"],
)
def test_other_names_are_none_of_its_business(monkeypatch, name):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", name)

    assert check_settings_module() == []


def test_without_the_variable_nothing_is_wrong(monkeypatch):
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)

    assert check_settings_module() == []
