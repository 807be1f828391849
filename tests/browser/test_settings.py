"""Settings are changed by what fits their value."""

from typing import Any

import pytest

from assistant.settings.models import SystemSetting
from tests import factories
from tests.browser.person import Person

KIND = "#id_value_0"
VALUE = "#id_value_1"


def stored(setting: SystemSetting) -> Any:
    return SystemSetting.objects.get(pk=setting.pk).value


@pytest.mark.parametrize(
    "before, kind, tag, shown, typed, after",
    [
        (3, "Number", "input", "3", "0.5", 0.5),
        ("Good day", "Text", "textarea", "Good day", "Good night", "Good night"),
        (
            {"a": 1},
            "JSON (a list, an object)",
            "textarea",
            '{\n  "a": 1\n}',
            "[1, null]",
            [1, None],
        ),
    ],
)
def test_a_value_is_typed(
    root: Person, before: Any, kind: str, tag: str, shown: str, typed: str, after: Any
) -> None:
    setting = factories.make_setting(value=before)

    root.open(setting)
    assert root.text_of(f"{KIND} option:checked") == kind
    assert root.find(VALUE).tag_name == tag
    assert root.value_of(VALUE) == shown
    root.fill(VALUE, typed)
    root.save()

    assert "was changed successfully" in root.text_of(".messagelist .success")
    assert stored(setting) == after


def test_yes_or_no_is_chosen(root: Person) -> None:
    setting = factories.make_setting(value=True)

    root.open(setting)
    assert root.text_of(f"{VALUE} option:checked") == "Yes"
    root.choose(VALUE, "No")
    root.save()

    assert stored(setting) is False


def test_another_kind_brings_its_own_input(root: Person) -> None:
    setting = factories.make_setting(value="3")

    root.open(setting)
    root.choose(KIND, "JSON (a list, an object)")
    assert root.value_of(VALUE) == '"3"'
    root.choose(KIND, "Number")
    assert root.find(VALUE).get_property("type") == "number"
    root.fill(VALUE, "42")
    root.choose(KIND, "Yes or no")
    root.choose(VALUE, "Yes")
    root.save()
    assert stored(setting) is True

    root.open(setting)
    root.choose(KIND, "Nothing (null)")
    assert not root.find(VALUE).is_enabled()
    root.save()
    assert stored(setting) is None


def test_broken_json_is_told_its_place_and_not_stored(root: Person) -> None:
    setting = factories.make_setting(value={"a": 1})
    nonsense = '{"a": 1,\n "b": }'

    root.open(setting)
    root.fill(VALUE, nonsense)
    root.save()

    assert "at line 2, column 7" in root.text_of(".field-value .errorlist")
    assert root.value_of(VALUE) == nonsense
    assert stored(setting) == {"a": 1}


def test_a_text_is_no_number(root: Person) -> None:
    setting = factories.make_setting(value="many")

    root.open(setting)
    # As if without scripts, where the input of texts stays.
    root.run("document.querySelector(arguments[0]).value = 'number'", KIND)
    root.save()

    assert "A number is expected" in root.text_of(".field-value .errorlist")
    assert stored(setting) == "many"


def test_a_secret_is_on_no_page(root: Person) -> None:
    secret = "sk-4f9a8e7d6c5b"
    setting = factories.make_setting(key="openai_api_key", value=secret)

    root.open_list(SystemSetting)
    assert "openai_api_key" in root.source
    for name in ("changelist", "change", "history", "delete"):
        root.open(SystemSetting if name == "changelist" else setting, name)
        assert secret not in root.source, name

    root.open(setting)
    assert root.value_of(VALUE) == ""
    root.fill("#id_description", "For tests.")
    root.save()
    assert stored(setting) == secret

    root.open(setting)
    root.fill(VALUE, "sk-another")
    root.save()
    assert stored(setting) == "sk-another"
    assert "sk-another" not in root.source
