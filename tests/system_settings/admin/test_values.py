"""Values of settings, edited as what they are."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from assistant.settings.models import SystemSetting
from tests import factories
from tests.db.admin.pages import errors, log_of, page


def post(client: Client, setting: Any, kind: str, value: str | None, **fields: str) -> Any:
    data = {"value_type": kind, **fields}
    return client.post(page(setting, "change"), data if value is None else {**data, "value": value})


def stored(setting: Any) -> Any:
    return SystemSetting.objects.get(key=setting.key).value


def make_null() -> SystemSetting:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO system_settings (key, value) VALUES ('none', 'null')")
    return SystemSetting.objects.get(key="none")


def widget(client: Client, setting: Any) -> tuple[str, str, str]:
    """Return the chosen kind, the tag of the input and its text."""
    form = client.get(page(setting, "change")).context["adminform"].form
    html = str(form["value"])
    kind = re.search(r'<option value="(\w+)" selected', html)
    tag = re.search(r'<(\w+)(?: type="(\w+)")?[^>]* name="value"', html) or re.search(
        r'<(\w+)(?: type="(\w+)")? name="value"', html
    )
    assert kind
    assert tag
    return kind[1], tag[2] or tag[1], form["value"].value().text


VALUES = [
    pytest.param("", "text", "textarea", "", id="empty-text"),
    pytest.param("plain", "text", "textarea", "plain", id="text"),
    pytest.param('say "hi"\n<b>', "text", "textarea", 'say "hi"\n<b>', id="lines"),
    pytest.param("  spaces\t", "text", "textarea", "  spaces\t", id="spaces"),
    pytest.param("7", "text", "textarea", "7", id="text-of-digits"),
    pytest.param(4096, "number", "number", "4096", id="integer"),
    pytest.param(0, "number", "number", "0", id="zero"),
    pytest.param(0.1, "number", "number", "0.1", id="fraction"),
    pytest.param(1e-7, "number", "number", "1e-07", id="tiny"),
    pytest.param(10**30, "number", "number", str(10**30), id="big"),
    pytest.param(10**30 + 1, "number", "number", str(10**30 + 1), id="big-and-exact"),
    pytest.param(-(10**400), "number", "text", str(-(10**400)), id="beyond-doubles"),
    pytest.param(True, "boolean", "select", "true", id="yes"),
    pytest.param(False, "boolean", "select", "false", id="no"),
    pytest.param([1, "a"], "json", "textarea", '[\n  1,\n  "a"\n]', id="list"),
    pytest.param({"a": None}, "json", "textarea", '{\n  "a": null\n}', id="object"),
]


@pytest.mark.parametrize("value, kind, tag, text", VALUES)
def test_each_kind_has_its_input_and_comes_back_unchanged(
    root: Client, value: Any, kind: str, tag: str, text: str
) -> None:
    setting = factories.make_setting(value=value)

    assert widget(root, setting) == (kind, tag, text)
    assert post(root, setting, kind, text.replace("\n", "\r\n")).status_code == 302

    assert json.dumps(stored(setting)) == json.dumps(value)
    assert [entry.get_change_message() for entry in log_of(setting)] == ["No fields changed."]


def test_null_says_so_and_comes_back_unchanged(root: Client) -> None:
    setting = make_null()

    assert widget(root, setting) == ("null", "text", "")
    assert "Nothing (null)" in root.get(page(setting, "change")).text
    assert post(root, setting, "null", None).status_code == 302

    with connection.cursor() as cursor:
        cursor.execute("SELECT value::text FROM system_settings WHERE key = 'none'")
        assert cursor.fetchone() == ("null",)
    assert [entry.get_change_message() for entry in log_of(setting)] == ["No fields changed."]


@pytest.mark.parametrize(
    "kind, text, value",
    [
        ("text", "7", "7"),
        ("text", "", ""),
        ("text", "a\r\nb", "a\nb"),
        ("number", "0.1", 0.1),
        ("number", " 1e-7 ", 1e-7),
        ("number", str(10**30 + 1), 10**30 + 1),
        ("number", "-0012", -12),
        ("number", ".5", 0.5),
        ("number", "1e30", 10**30),
        ("boolean", "true", True),
        ("boolean", "No", False),
        ("json", '{"a": [1.5]}', {"a": [1.5]}),
        ("json", "5", 5),
        ("null", "left over", None),
        ("", '"any json"', "any json"),
    ],
)
def test_a_value_becomes_one_of_any_kind(root: Client, kind: str, text: str, value: Any) -> None:
    setting = factories.make_setting(value=["old"])

    assert post(root, setting, kind, text).status_code == 302

    assert json.dumps(stored(setting)) == json.dumps(value)
    assert [entry.get_change_message() for entry in log_of(setting)] == ["Changed Value."]


@pytest.mark.parametrize("kind", ["text", "number", "boolean", "json", "null"])
def test_a_setting_of_each_kind_is_added(root: Client, kind: str) -> None:
    text = {"text": "hi", "number": "1", "boolean": "true", "json": "[]", "null": ""}[kind]
    data = {"key": "new", "value_type": kind, "value": text}

    assert root.post(page(SystemSetting, "add"), data).status_code == 302

    with connection.cursor() as cursor:
        cursor.execute("SELECT jsonb_typeof(value) FROM system_settings WHERE key = 'new'")
        assert cursor.fetchone() == ({"text": "string", "json": "array"}.get(kind, kind),)


@pytest.mark.parametrize(
    "kind, text, message",
    [
        ("number", "seven", "A number is expected"),
        ("number", "", "required"),
        ("number", "1,5", "A number is expected"),
        ("number", "NaN", "A number is expected"),
        ("number", "1e999", "too large"),
        ("number", "9" * 5000, "4,300 digits"),
        ("number", "0.12345678901234567890123", "more digits than are kept"),
        ("number", "1e-999999999", "more digits than are kept"),
        ("number", "٣", "A number is expected"),
        ("boolean", "perhaps", "Yes or no is expected"),
        ("boolean", "", "required"),
        ("json", "{'a': 1}", "line 1, column 2"),
        ("json", " ", "required"),
        ("text", "a\0b", "Null characters"),
        ("colour", "red", "Choose a kind"),
    ],
)
def test_nonsense_is_told_what_is_expected(
    root: Client, kind: str, text: str, message: str
) -> None:
    setting = factories.make_setting(value="old")

    response = post(root, setting, kind, text)

    assert message in errors(response)["value"][0]
    assert stored(setting) == "old"


def test_what_was_typed_is_shown_again_in_the_input_of_its_kind(root: Client) -> None:
    setting = factories.make_setting(value="old")

    response = post(root, setting, "json", "[1, <")

    field = str(response.context["adminform"].form["value"])
    assert "[1, &lt;" in field
    assert '<option value="json" selected' in field


def test_a_form_without_the_value_is_refused(root: Client) -> None:
    setting = factories.make_setting(value="old")

    assert "required" in errors(root.post(page(setting, "change"), {}))["value"][0]


def test_carriage_returns_survive(root: Client) -> None:
    setting = factories.make_setting(value="a\r\nb\rc")

    post(root, setting, "text", "a\r\nb\r\nc", description="New")

    assert stored(setting) == "a\r\nb\rc"


@pytest.mark.parametrize(
    "value, shown",
    [
        ("plain", "plain"),
        ("", "(empty text)"),
        (True, "Yes"),
        (False, "No"),
        (10**30 + 1, str(10**30 + 1)),
        ([1, {"a": "b"}], "[1, {&quot;a&quot;: &quot;b&quot;}]"),
        ("<script>", "&lt;script&gt;"),
    ],
)
@pytest.mark.parametrize("name", ["changelist", "change"])
def test_lists_and_read_only_pages_show_values_readably(
    viewer: Client, value: Any, shown: str, name: str
) -> None:
    setting = factories.make_setting(value=value)

    text = viewer.get(page(SystemSetting if name == "changelist" else setting, name)).text

    if name == "change" and isinstance(value, list):
        shown = "&quot;a&quot;: &quot;b&quot;"
    assert shown in text


def test_the_list_shows_null_and_the_beginning_of_long_values(root: Client) -> None:
    make_null()
    factories.make_setting(value="x" * 500)
    factories.make_setting(value=["y" * 500])

    text = root.get(page(SystemSetting, "changelist")).text

    assert "Nothing (null)" in text
    assert "x" * 99 + "…" in text
    assert "y" * 101 not in text


def test_the_page_brings_its_script(root: Client) -> None:
    text = root.get(page(factories.make_setting(), "change")).text

    assert "assistant_settings/value.js" in text
    assert 'for="id_value_1"' in text
    assert 'id="id_value_1"' in text


def test_a_new_setting_begins_as_a_text(root: Client) -> None:
    form = root.get(page(SystemSetting, "add")).context["adminform"].form

    assert form["value"].value() == ("text", "")
    assert "disabled" not in str(form["value"])


def test_the_host_says_how_much_a_page_takes(root: Client, settings: Any) -> None:
    settings.ASSISTANT = {"MAX_FORM_BYTES": 100}
    setting = factories.make_setting(value="x" * 50)

    response = post(root, setting, "text", "short", description="y" * 101)
    assert "a form takes 100" in errors(response)["description"][0]

    setting.value = "x" * 101
    setting.save()
    assert "a page shows and takes 100" in root.get(page(setting, "change")).text
