"""Database functions."""

import uuid
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.db.models.functions import Now

from assistant.conversations.models import Conversation
from assistant.db.expressions import JSONTypeOf, RandomUUID, TransactionNow
from assistant.settings.models import SystemSetting
from tests import factories


@pytest.mark.parametrize(
    "expression", [RandomUUID(), TransactionNow(), JSONTypeOf("value")], ids=repr
)
def test_expressions_go_into_migrations(expression: models.Func) -> None:
    text, imports = MigrationWriter.serialize(expression)

    assert text.startswith("assistant.db.expressions.")
    assert "import assistant.db.expressions" in imports
    scope: dict[str, Any] = {}
    exec("\n".join(imports), scope)  # noqa: S102
    assert eval(text, scope) == expression  # noqa: S307


@pytest.mark.django_db
def test_random_uuid_is_another_one_in_each_row() -> None:
    factories.make_setting()
    factories.make_setting()

    made = list(SystemSetting.objects.values_list(RandomUUID(), flat=True))

    assert len(set(made)) == len(made) >= 2
    assert all(isinstance(value, uuid.UUID) and value.version == 4 for value in made)


@pytest.mark.django_db
def test_transaction_now_stands_still() -> None:
    factories.make_setting()
    settings = SystemSetting.objects.values_list(TransactionNow(), Now())[:1]

    first_transaction, first_statement = settings.get()
    second_transaction, second_statement = settings.get()

    assert isinstance(first_transaction, datetime)
    assert first_transaction == second_transaction
    assert first_statement < second_statement


KINDS = [
    ({}, "object"),
    ([], "array"),
    ("", "string"),
    (0, "number"),
    (1.5, "number"),
    (False, "boolean"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("value,kind", KINDS, ids=repr)
def test_json_type_of_a_column(value: Any, kind: str) -> None:
    factories.make_setting(key="a", value=value)

    assert SystemSetting.objects.values_list(JSONTypeOf("value")).get(key="a") == (kind,)


@pytest.mark.django_db
@pytest.mark.parametrize("value,kind", KINDS, ids=repr)
def test_json_type_of_a_bare_value(value: Any, kind: str) -> None:
    factories.make_setting(key="a")
    expression = JSONTypeOf(models.Value(value, models.JSONField()))

    assert SystemSetting.objects.values_list(expression).get(key="a") == (kind,)


@pytest.mark.django_db
def test_json_type_of_can_be_filtered_by() -> None:
    found = factories.make_conversation(metadata={"list": []})
    factories.make_conversation(metadata={"list": "no"})

    kind = JSONTypeOf(models.F("metadata__list"))

    assert Conversation.objects.alias(kind=kind).get(kind="array") == found


@pytest.mark.django_db
def test_json_type_of_costs_nothing_on_a_column() -> None:
    queryset = Conversation.objects.alias(kind=JSONTypeOf("metadata")).filter(kind="array")
    with connection.cursor() as cursor:
        sql, parameters = queryset.query.sql_with_params()
        cursor.execute(f"EXPLAIN VERBOSE {sql}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "jsonb_typeof(conversations.metadata) = 'array'" in plan
