"""JSON without its secrets, and back."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assistant.db.masks import mask, mask_json_text, unmask
from assistant.db.secrets import MASK

STORED = {
    "model": "small",
    "api_key": "sk-1",
    "max_tokens": 100,
    "token": None,
    "url": "https://ada:pw@host/",
    "credentials": {"user": "ada", "pin": 1},
    "servers": [{"name": "a", "password": "p1"}, {"name": "b", "password": "p2"}],
    "nested": {"deep": [[{"client_secret": 5}]]},
}
SHOWN = {
    "model": "small",
    "api_key": MASK,
    "max_tokens": 100,
    "token": None,
    "url": f"https://ada:{MASK}@host/",
    "credentials": MASK,
    "servers": [{"name": "a", "password": MASK}, {"name": "b", "password": MASK}],
    "nested": {"deep": [[{"client_secret": MASK}]]},
}


def test_secrets_are_masked_at_any_depth() -> None:
    assert mask(STORED) == SHOWN
    assert mask(SHOWN) == SHOWN


@pytest.mark.parametrize("value", ["sk-1", 7, ["a"], {"a": 1}])
def test_a_name_of_its_own_masks_all(value: Any) -> None:
    assert mask(value, "api_key") == MASK
    assert mask(value, "theme") == value


@pytest.mark.parametrize("value", [None, True, False, "", [], {}])
def test_what_holds_nothing_is_shown(value: Any) -> None:
    assert mask(value, "api_key") == value
    assert mask({"api_key": value}) == {"api_key": value}


def test_nesting_beyond_pythons_stack_is_masked() -> None:
    value: Any = {"token": "x"}
    for _ in range(5000):
        value = [value]

    masked = mask(value)
    for _ in range(5000):
        masked = masked[0]

    assert masked == {"token": MASK}


def test_what_is_shown_is_what_is_stored() -> None:
    assert unmask(SHOWN, STORED) == STORED


def edited(**changes: Any) -> dict[str, Any]:
    return {**SHOWN, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "large"},
        {"api_key": "sk-2"},
        {"api_key": None},
        {"url": "https://eve@host/"},
        {"credentials": {"user": "eve"}},
        {"note": "eight stars: ********"},
        {"servers": []},
        {"servers": [{"name": "c", "password": "p3"}]},
        {"servers": "none"},
    ],
    ids=str,
)
def test_the_rest_stays_where_something_is_edited(changes: dict[str, Any]) -> None:
    assert unmask(edited(**changes), STORED) == {**STORED, **changes}


def test_an_element_is_edited_and_one_is_added() -> None:
    first, second = SHOWN["servers"]  # type: ignore[misc]
    kept = STORED["servers"]

    assert unmask(edited(servers=[first, {**second, "name": "c"}]), STORED)["servers"] == [
        kept[0],  # type: ignore[index]
        {"name": "c", "password": "p2"},
    ]
    assert unmask(edited(servers=[first, second, {"password": "p3"}]), STORED)["servers"] == [
        *kept,  # type: ignore[misc]
        {"password": "p3"},
    ]


SERVERS: Any = SHOWN["servers"]


@pytest.mark.parametrize(
    "changes, place",
    [
        ({"other_key": MASK}, "$.other_key"),
        ({"token": MASK}, "$.token"),
        ({"model": MASK}, "$.model"),
        ({"url": f"https://ada:{MASK}@elsewhere/"}, "$.url"),
        ({"servers": SERVERS[::-1]}, "$.servers[0].password"),
        ({"servers": SERVERS[1:]}, "$.servers[0].password"),
        ({"servers": [{"name": "new"}, *SERVERS]}, "$.servers[1].password"),
        ({"servers": {"a": SERVERS[0]}}, "$.servers.a.password"),
        ({"nested": {"client_secret": MASK}}, "$.nested.client_secret"),
    ],
    ids=str,
)
def test_a_mask_out_of_its_place_is_refused(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        unmask(edited(**changes), STORED)

    (message,) = refused.value.messages
    assert f"{MASK} at {place} stands for" in message
    assert "Type the value itself" in message


def test_a_mask_where_nothing_is_stored_is_refused() -> None:
    with pytest.raises(ValidationError):
        unmask({"api_key": MASK})
    assert unmask({"api_key": "sk-1"}) == {"api_key": "sk-1"}


def test_stored_asterisks_stay() -> None:
    assert unmask({"a": MASK}, {"a": MASK}) == {"a": MASK}


def test_a_text_of_json_is_masked_wherever_it_ends() -> None:
    text = json.dumps(STORED)
    secrets = ["sk-1", "pw", "ada", '"pin"', "p1", "p2"]
    url = text.index("https://")

    assert json.loads(mask_json_text(text)) == SHOWN
    for end in range(len(text)):
        shown = mask_json_text(text[:end])
        allowed = ["ada"] if end > url else []
        assert not [secret for secret in secrets if secret in shown and secret not in allowed], end


@pytest.mark.parametrize(
    "text, shown",
    [
        ('{"\\u0061pi_key": "x"}', '{"\\u0061pi_key": "********"}'),
        ('{"api_key"  :  "x\\"y", "b": 1}', '{"api_key"  :  "********", "b": 1}'),
        ('{"a": "\\"api_key\\": 1", "b": 1}', '{"a": "\\"api_key\\": 1", "b": 1}'),
        ('{"api_key": 99', '{"api_key": "********"'),
        ('{"api_key": null, "b": 1}', '{"api_key": null, "b": 1}'),
        ('{"api_key": ' + "[" * 3000, '{"api_key": "********"'),
        ('{"max_tokens": 1}', '{"max_tokens": 1}'),
    ],
)
def test_places_of_secrets_in_a_text(text: str, shown: str) -> None:
    assert mask_json_text(text) == shown


def test_a_text_that_is_a_secret_as_a_whole() -> None:
    assert mask_json_text('"sk-1', "api_key") == MASK
    assert mask_json_text("null", "api_key") == "null"
