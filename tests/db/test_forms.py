"""JSON text areas."""

import json
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from assistant.db.forms import JSONFormField

DEEP = "[" * 100_000 + "]" * 100_000
LONG = "1" * 5000


class Form(forms.Form):
    """A form with one JSON field that may be emptied."""

    data = JSONFormField(when_empty=dict, required=False)


@pytest.mark.parametrize(
    "text,value",
    [
        ("{}", {}),
        ("[]", []),
        (' {"a": [1, null]} ', {"a": [1, None]}),
        ("0", 0),
        ("false", False),
        ('"text"', "text"),
        ('"☃"', "☃"),
    ],
)
def test_json_is_parsed(text: str, value: Any) -> None:
    assert JSONFormField().clean(text) == value


def test_a_required_field_must_be_filled_in() -> None:
    with pytest.raises(ValidationError, match="This field is required"):
        JSONFormField().clean("")


def test_an_emptied_field_without_an_empty_value_is_none() -> None:
    assert JSONFormField(required=False).clean("") is None


@pytest.mark.parametrize("text", ["", "null", None])
def test_an_emptied_field_has_its_empty_value(text: str | None) -> None:
    field = JSONFormField(when_empty=dict, required=False)

    assert field.clean(text) == {}
    assert field.clean(text) is not field.clean(text)


@pytest.mark.parametrize(
    "text,place",
    [
        ("{", "line 1, column 2"),
        ('{"a": 1,\n "b": }', "line 2, column 7"),
        ("{'a': 1}", "line 1, column 2"),
        ("words", "line 1, column 1"),
    ],
)
def test_a_mistake_has_a_place(text: str, place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        JSONFormField().clean(text)

    (error,) = refused.value.error_list
    assert error.code == "invalid"
    assert place in error.messages[0]


def test_deep_json_is_an_error_and_stays_in_the_form() -> None:
    form = Form({"data": DEEP})

    assert form.errors.as_data()["data"][0].code == "json_too_deep"
    assert form.has_changed()
    assert DEEP in str(form["data"])


def test_a_long_number_is_an_error_and_stays_in_the_form() -> None:
    form = Form({"data": LONG})

    assert "data" in form.errors
    assert form.has_changed()
    assert LONG in str(form["data"])


def test_a_mistake_is_shown_as_it_was_typed() -> None:
    assert "{&quot;a&quot;: }" in str(Form({"data": '{"a": }'})["data"])


def test_stored_json_is_shown_indented_and_readable() -> None:
    shown = JSONFormField().prepare_value({"a": "☃", "b": [1]})

    assert shown == '{\n  "a": "☃",\n  "b": [\n    1\n  ]\n}'


@pytest.mark.parametrize("value", [{}, [], 0, False, "text", None, {"a": {"b": [1.5]}}])
def test_what_is_shown_is_no_change(value: Any) -> None:
    field = JSONFormField(required=False)

    assert not field.has_changed(value, field.prepare_value(value))
    assert field.clean(field.prepare_value(value)) == value


def test_a_change_is_noticed() -> None:
    assert JSONFormField().has_changed({"a": 1}, json.dumps({"a": 2}))
