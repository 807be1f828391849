"""JSON columns of models: what they take, what they refuse and where."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from assistant.conversations.models import Conversation
from assistant.db.fields import JSONObjectField
from assistant.db.forms import JSONFormField
from assistant.settings.models import SystemSetting
from tests import factories


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


CIRCULAR: dict[str, Any] = {}
CIRCULAR["again"] = CIRCULAR

REFUSED = [
    pytest.param({"a": [1, float("nan")]}, "json_not_finite", "$.a[1]", id="NaN"),
    pytest.param({"a": float("inf")}, "json_not_finite", "$.a", id="infinity"),
    pytest.param({"a": {"b": "x\0"}}, "null_characters_not_allowed", "$.a.b", id="NUL"),
    pytest.param({"a\0": 1}, "null_characters_not_allowed", "$", id="NUL in a key"),
    pytest.param({"a": ["\ud800"]}, "json_surrogate", "$.a[0]", id="surrogate"),
    pytest.param({"\udfff": 1}, "json_surrogate", "$", id="surrogate in a key"),
    pytest.param(nested(201), "json_too_deep", "200", id="deep"),
    pytest.param(nested(2000), "json_too_deep", "200", id="deeper"),
    pytest.param(CIRCULAR, "json_too_deep", "200", id="circular"),
    pytest.param({"a": {1}}, "invalid", "JSON", id="a set"),
]


@pytest.mark.parametrize("value,code,place", REFUSED)
def test_what_jsonb_cannot_hold_is_a_field_error(value: Any, code: str, place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Conversation(metadata=value).clean_fields(exclude=["user"])

    (error,) = refused.value.error_dict["metadata"]
    assert error.code == code
    assert place in error.messages[0]


def test_numbers_too_long_to_write_are_a_field_error() -> None:
    with pytest.raises(ValidationError):
        SystemSetting(key="a", value=10**5000).clean_fields()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": None, "ß": [1.5, True, "☃ 😀", {}]},
        {"": ""},
        {"n": 10**1000},
        nested(200),
    ],
    ids=["empty", "mixed", "empty key", "long number", "deep"],
)
def test_what_jsonb_holds_comes_back(value: dict[str, Any]) -> None:
    conversation = Conversation(user=factories.make_user(), metadata=value)
    conversation.full_clean()
    conversation.save()

    assert Conversation.objects.get().metadata == value


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [0, [], False, {}, "text", [{"a": 1}], pytest.param("")],
    ids=json.dumps,
)
def test_a_setting_takes_any_json(value: Any) -> None:
    setting = SystemSetting(key="a", value=value)
    setting.clean_fields()
    setting.save()

    setting.refresh_from_db()
    assert setting.value == value


@pytest.mark.parametrize("value", [[], "{}", 1, True], ids=repr)
def test_an_object_field_takes_objects_only(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Conversation(metadata=value).clean_fields(exclude=["user"])

    assert refused.value.error_dict["metadata"][0].code == "json_not_object"


def test_an_object_field_begins_empty_and_apart() -> None:
    first, second = Conversation(), Conversation()

    first.metadata["a"] = 1

    assert second.metadata == {}


@pytest.mark.django_db
def test_lookups_into_json() -> None:
    found = factories.make_conversation(metadata={"a": {"b": [1, 2]}})
    factories.make_conversation(metadata={})

    assert Conversation.objects.get(metadata__a__b__0=1) == found
    assert Conversation.objects.get(metadata__has_key="a") == found
    assert Conversation.objects.get(metadata__contains={"a": {"b": [2]}}) == found


@pytest.mark.django_db
def test_the_column_is_jsonb() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_typeof(metadata)::text FROM conversations UNION SELECT 'jsonb'")
        assert cursor.fetchall() == [("jsonb",)]
    assert JSONObjectField().db_type(connection) == "jsonb"


def test_form_fields() -> None:
    metadata = Conversation._meta.get_field("metadata").formfield()
    value = SystemSetting._meta.get_field("value").formfield()

    assert (type(metadata), type(value)) == (JSONFormField, JSONFormField)
    assert (metadata.required, metadata.clean("")) == (False, {})
    assert value.required
    assert value.clean("{}") == {}
