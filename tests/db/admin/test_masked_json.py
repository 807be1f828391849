"""No page shows the secrets in JSON columns, whoever looks and whatever their size."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test import Client

from assistant.conf import conf
from assistant.db.secrets import MASK
from assistant.settings.models import ModelConfig
from tests import factories
from tests.db.admin.pages import errors, log_of, page

SECRET = "sk-do-not-show"
VALUE = {
    "api_key": SECRET,
    "deep": [{"clientSecret": [SECRET]}],
    "url": f"https://ada:{SECRET}@host/",
    "max_tokens": 4097,
}


class Column(NamedTuple):
    """A JSON column and how to make a row with a value in it."""

    make: Callable[[Any], Any]
    name: str


def user(value: Any) -> Any:
    return factories.make_user(preferences=value)


COLUMNS = {
    "user": Column(user, "preferences"),
    "conversation": Column(lambda v: factories.make_conversation(metadata=v), "metadata"),
    "message": Column(lambda v: factories.make_message(generation_config=v), "generation_config"),
    "configuration": Column(lambda v: factories.make_model_config(config=v), "config"),
    "model": Column(lambda v: factories.make_embedding_model(provider=v), "provider"),
    "embedding": Column(lambda v: factories.make_embedding(metadata=v), "metadata"),
    "setting": Column(lambda v: factories.make_setting(value=v), "value"),
}
every_column = pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)


@every_column
@pytest.mark.parametrize("who", ["root", "viewer"])
def test_secrets_are_masked(request: Any, who: str, column: Column) -> None:
    client: Client = request.getfixturevalue(who)
    row = column.make(VALUE)

    for address in (page(row, "change"), page(row, "history"), page(type(row), "changelist")):
        text = client.get(address).text
        assert SECRET not in text
    shown = client.get(page(row, "change")).text
    assert shown.count(MASK) >= 3
    assert "4097" in shown


@every_column
@pytest.mark.parametrize("who", ["root", "viewer"])
def test_secrets_in_oversized_values_are_masked(request: Any, who: str, column: Column) -> None:
    client: Client = request.getfixturevalue(who)
    row = column.make({**VALUE, "zzzz": "x" * conf.MAX_FORM_BYTES})

    text = client.get(page(row, "change")).text

    assert "This value has" in text
    assert SECRET not in text
    assert MASK in text


@every_column
def test_secrets_in_what_python_cannot_read_are_masked(viewer: Client, column: Column) -> None:
    row = column.make({})
    table, name = row._meta.db_table, column.name
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE {table} SET "{name}" = jsonb_build_object(%s::text, %s::text,'
            f" 'zz', repeat('9', 5000)::numeric) WHERE {row._meta.pk.column} = %s",
            ["token", SECRET, row.pk],
        )

    text = viewer.get(page(row, "change")).text

    assert "PostgreSQL reads and Python does not" in text
    assert SECRET not in text


def config_form(config: str) -> dict[str, str]:
    return {"name": "Model", "model_path": "model", "config": config}


def shown_config(client: Client, row: Any) -> Any:
    form = client.get(page(row, "change")).context["adminform"].form
    return json.loads(form["config"].value())


def test_a_form_that_comes_back_untouched_changes_nothing(root: Client) -> None:
    row = factories.make_model_config(config=VALUE)
    shown = shown_config(root, row)
    assert shown["api_key"] == MASK

    data = {**config_form(json.dumps(shown)), "initial-config": json.dumps(shown, indent=2)}
    assert root.post(page(row, "change"), data).status_code == 302

    row.refresh_from_db()
    assert row.config == VALUE
    assert [entry.get_change_message() for entry in log_of(row)] == ["No fields changed."]


def test_what_is_edited_is_stored_beside_what_is_masked(root: Client) -> None:
    row = factories.make_model_config(config=VALUE)
    shown = shown_config(root, row)

    data = config_form(json.dumps({**shown, "max_tokens": 5, "deep": "gone"}))
    assert root.post(page(row, "change"), data).status_code == 302

    row.refresh_from_db()
    assert row.config == {**VALUE, "max_tokens": 5, "deep": "gone"}
    (entry,) = log_of(row)
    assert entry.get_change_message() == "Changed Configuration."
    assert SECRET not in entry.change_message


def test_a_mask_under_another_key_is_refused_and_nothing_is_echoed(root: Client) -> None:
    row = factories.make_model_config(config=VALUE)

    response = root.post(page(row, "change"), config_form(json.dumps({"other_key": MASK})))

    assert "$.other_key stands for a stored value" in errors(response)["config"][0]
    assert SECRET not in response.text
    row.refresh_from_db()
    assert row.config == VALUE


def test_a_mask_in_a_new_row_is_refused(root: Client) -> None:
    response = root.post(page(ModelConfig, "add"), config_form(json.dumps({"api_key": MASK})))

    assert list(errors(response)) == ["config"]


def test_an_invalid_form_does_not_echo_what_is_stored(root: Client) -> None:
    row = factories.make_model_config(config=VALUE)
    data = {**config_form(json.dumps(shown_config(root, row))), "name": ""}

    response = root.post(page(row, "change"), data)

    assert list(errors(response)) == ["name"]
    assert SECRET not in response.text


def test_hidden_initial_values_are_masked_and_no_change(root: Client) -> None:
    row = factories.make_conversation(metadata=VALUE)
    text = root.get(page(row, "change")).context["adminform"].form["metadata"].value()
    data = {
        "user": row.user_id,
        "agent_type": "chat",
        "context_length": "0",
        "metadata": text,
        "initial-metadata": text,
    }

    assert root.post(page(row, "change"), data).status_code == 302

    row.refresh_from_db()
    assert row.metadata == VALUE
