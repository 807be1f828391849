"""Checks of values before PostgreSQL sees them."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assistant.db.validators import (
    validate_finite,
    validate_json,
    validate_json_object,
    validate_no_nul,
)


def message(validate: Callable[[Any], None], value: Any) -> str:
    """Return what a validator has against a value."""
    with pytest.raises(ValidationError) as refused:
        validate(value)
    return refused.value.messages[0]


@pytest.mark.parametrize("text,position", [("\0", 1), ("ab\0c\0", 3)])
def test_nul_characters_are_found(text: str, position: int) -> None:
    assert f"(the first is at position {position})" in message(validate_no_nul, text)


def test_texts_without_nul_pass() -> None:
    validate_no_nul("a\u0001\n😀")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_must_be_finite(value: float) -> None:
    assert message(validate_finite, value) == "A finite number is expected."


@pytest.mark.parametrize("value", [0, -1.5, 1.7e308])
def test_finite_numbers_pass(value: float) -> None:
    validate_finite(value)


@pytest.mark.parametrize(
    "value,place",
    [
        (math.nan, "(at $)"),
        ([0, [math.inf]], "(at $[1][0])"),
        ({"a": ({"b": "\0"},)}, "(at $.a[0].b)"),
        ({"a\0b": {"c": "\0"}}, "(at $)"),
        (["\ud83d"], "(at $[0])"),
        ({"a": {"\ud83d": math.nan}}, "(at $.a)"),
    ],
    ids=repr,
)
def test_the_place_in_the_json_is_named(value: Any, place: str) -> None:
    text = message(validate_json, value)

    assert place in text
    text.encode()  # can be shown, whatever the value


def lists(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("levels", [201, 100_000])
def test_deep_json_is_refused_without_recursion(levels: int) -> None:
    assert message(validate_json, lists(levels)) == "JSON is nested more than 200 levels deep."


@pytest.mark.parametrize("value", [None, 0, 1.5, "😀", [], {}, lists(200), {"a": [None, True]}])
def test_json_passes(value: Any) -> None:
    validate_json(value)


@pytest.mark.parametrize("value", [None, [], "{}", 1])
def test_only_objects_are_objects(value: Any) -> None:
    assert message(validate_json_object, value).startswith("A JSON object is expected")


def test_objects_pass() -> None:
    validate_json_object({})
