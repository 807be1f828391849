"""Settings that look like secrets: replaced, kept and cleared, never shown."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from assistant.conf import conf
from assistant.db.secrets import MASK
from assistant.settings.models import SystemSetting
from tests import factories
from tests.db.admin.pages import errors, log_of, page

SECRET = "do-not-show"
VALUES = {
    "text": f"sk-{SECRET}\nsecond line {SECRET}",
    "number": 987654321987,
    "object": {"user": SECRET, "list": [SECRET]},
    "array": [SECRET],
}
every_value = pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
KINDS: dict[type, str] = {str: "text", int: "number", dict: "json", list: "json"}


def make(value: Any = f"sk-{SECRET}", key: str = "openai_api_key") -> SystemSetting:
    return factories.make_setting(key=key, value=value)


def hides(text: str) -> bool:
    return SECRET not in text and "987654321987" not in text


@every_value
@pytest.mark.parametrize("who", ["root", "viewer"])
def test_no_page_shows_it(request: Any, who: str, value: Any) -> None:
    client: Client = request.getfixturevalue(who)
    setting = make(value)

    for address in (
        page(setting, "change"),
        page(setting, "history"),
        page(SystemSetting, "changelist"),
        page(SystemSetting, "changelist") + "?q=openai",
    ):
        assert hides(client.get(address).text)
    assert MASK in client.get(page(SystemSetting, "changelist")).text


def test_a_viewer_sees_that_there_is_something(viewer: Client) -> None:
    assert MASK in viewer.get(page(make(), "change")).text


@every_value
def test_an_empty_field_keeps_it(root: Client, value: Any) -> None:
    setting = make(value)
    data = {"value_type": KINDS[type(value)], "value": "", "description": "New"}

    assert root.post(page(setting, "change"), data).status_code == 302

    setting.refresh_from_db()
    assert (setting.value, setting.description) == (value, "New")
    assert [entry.get_change_message() for entry in log_of(setting)] == ["Changed Description."]


def test_typing_replaces_it_and_the_log_names_the_field_only(root: Client) -> None:
    setting = make()

    data = {"value_type": "text", "value": "sk-typed-anew"}
    assert root.post(page(setting, "change"), data).status_code == 302

    setting.refresh_from_db()
    assert setting.value == "sk-typed-anew"
    (entry,) = log_of(setting)
    assert json.loads(entry.change_message) == [{"changed": {"fields": ["Value"]}}]
    assert "typed-anew" not in f"{entry} {entry.object_repr} {entry.change_message}"


def test_it_is_cleared(root: Client) -> None:
    setting = make()

    assert root.post(page(setting, "change"), {"value_type": "null"}).status_code == 302

    setting.refresh_from_db()
    assert setting.value is None


def test_another_kind_needs_a_value(root: Client) -> None:
    setting = make()

    response = root.post(page(setting, "change"), {"value_type": "number", "value": ""})

    assert "required" in errors(response)["value"][0]


def test_an_empty_text_does_not_replace_what_became_an_object(root: Client) -> None:
    setting = make({"key": SECRET})  # since the page was loaded with a text

    response = root.post(page(setting, "change"), {"value_type": "text", "value": ""})

    assert "required" in errors(response)["value"][0]


@every_value
def test_an_invalid_form_does_not_echo_it(root: Client, value: Any) -> None:
    setting = make(value)
    data = {"value_type": KINDS[type(value)], "value": "", "description": "a\0b"}

    response = root.post(page(setting, "change"), data)

    assert list(errors(response)) == ["description"]
    assert hides(response.text)


def test_it_is_deleted(root: Client) -> None:
    setting = make()

    response = root.get(page(setting, "delete"))
    root.post(page(setting, "delete"), {"post": "yes"})

    assert hides(response.text)
    assert not SystemSetting.objects.filter(key=setting.key).exists()
    (entry,) = log_of(setting)
    assert hides(f"{entry.object_repr} {entry.change_message}")


@pytest.mark.parametrize("who", ["root", "viewer"])
def test_oversized_and_unreadable_ones_are_not_shown(request: Any, who: str) -> None:
    client: Client = request.getfixturevalue(who)
    large = make(SECRET * (conf.MAX_FORM_BYTES // len(SECRET) + 1), key="large_token")
    unreadable = make(key="unreadable_token")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE system_settings SET value = repeat('7', 5000)::jsonb WHERE key = %s",
            [unreadable.key],
        )

    for setting in (large, unreadable):
        text = client.get(page(setting, "change")).text
        assert hides(text)
        assert "7777" not in text
        assert MASK in text
    listed = client.get(page(SystemSetting, "changelist")).text
    assert hides(listed)
    assert "7777" not in listed


@pytest.mark.parametrize("value, shown", [("", ""), (None, ""), (True, "true"), ({}, "{}")])
def test_what_holds_nothing_is_an_ordinary_field(root: Client, value: Any, shown: str) -> None:
    setting = make("x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE system_settings SET value = %s", [json.dumps(value)])

    form = root.get(page(setting, "change")).context["adminform"].form

    assert form["value"].value().text == shown
    assert not form.fields["value"].help_text


@pytest.mark.parametrize("key", ["max_tokens", "openai_api_key_env", "password_min_length"])
def test_other_names_are_shown(root: Client, key: str) -> None:
    setting = make("SHOWN", key=key)

    assert "SHOWN" in root.get(page(setting, "change")).text
    assert "SHOWN" in root.get(page(SystemSetting, "changelist")).text


def test_the_password_of_a_url_is_masked_and_kept(root: Client) -> None:
    setting = make(f"postgresql://ada:{SECRET}@host/db", key="database_url")
    shown = f"postgresql://ada:{MASK}@host/db"

    for address in (page(setting, "change"), page(SystemSetting, "changelist")):
        text = root.get(address).text
        assert hides(text)
        assert shown in text
    root.post(page(setting, "change"), {"value_type": "text", "value": shown})
    setting.refresh_from_db()
    assert setting.value == f"postgresql://ada:{SECRET}@host/db"

    data = {"value_type": "text", "value": shown.replace("host", "elsewhere")}
    assert (
        "stands for a stored value" in errors(root.post(page(setting, "change"), data))["value"][0]
    )


@pytest.mark.parametrize("lookup", ["value__startswith", "value__api_key__startswith", "value"])
def test_the_address_cannot_ask_for_values(root: Client, lookup: str) -> None:
    make()

    response = root.get(page(SystemSetting, "changelist"), {lookup: "sk-do"})

    assert response.status_code in (302, 400)


def test_the_search_does_not_look_into_values(root: Client) -> None:
    make()

    response = root.get(page(SystemSetting, "changelist"), {"q": "sk-"})

    assert not response.context["cl"].result_list
