"""CHECK constraints that several tables share: as field errors, and in the database."""

import math
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.migrations.writer import MigrationWriter

from assistant.conversations.models import Conversation, Message
from assistant.db.constraints import finite_check, json_object_check, not_negative_check
from tests import factories

CONSTRAINTS = [
    json_object_check("metadata", name="a"),
    not_negative_check("context_length", name="b"),
    finite_check("temperature", name="c"),
    finite_check("generation_time", name="d", negative=False),
]

OBJECT = "A JSON object is expected, such as {}."
NOT_NEGATIVE = "Negative numbers are not allowed."
FINITE = "A finite number is expected."
FINITE_NOT_NEGATIVE = "A finite number, not below zero, is expected."

REFUSED = [
    (Conversation, "metadata", [], OBJECT),
    (Conversation, "metadata", "text", OBJECT),
    (Conversation, "context_length", -1, NOT_NEGATIVE),
    (Message, "token_count", -1, NOT_NEGATIVE),
    (Message, "temperature", math.nan, FINITE),
    (Message, "temperature", math.inf, FINITE),
    (Message, "temperature", -math.inf, FINITE),
    (Message, "generation_time", math.nan, FINITE_NOT_NEGATIVE),
    (Message, "generation_time", math.inf, FINITE_NOT_NEGATIVE),
    (Message, "generation_time", -0.1, FINITE_NOT_NEGATIVE),
]

TAKEN = [
    (Conversation, "metadata", {}),
    (Conversation, "metadata", {"a": []}),
    (Conversation, "context_length", 0),
    (Message, "token_count", None),
    (Message, "token_count", 0),
    (Message, "temperature", None),
    (Message, "temperature", -1.7e308),
    (Message, "generation_time", None),
    (Message, "generation_time", 0.0),
    (Message, "generation_time", 1.7e308),
]


def make(model: type[models.Model], **fields: Any) -> models.Model:
    """Return an unsaved row whose other fields are valid."""
    if model is Conversation:
        return Conversation(user=factories.make_user(), **fields)
    row = {"conversation": factories.make_conversation(), "role": "user", "content": "Hello"}
    return Message(**{**row, **fields})


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda constraint: constraint.name)
def test_constraints_go_into_migrations(constraint: models.CheckConstraint) -> None:
    text, imports = MigrationWriter.serialize(constraint)

    scope: dict[str, Any] = {}
    exec("\n".join(imports), scope)  # noqa: S102
    assert eval(text, scope) == constraint  # noqa: S307
    assert "assistant.db.constraints" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("model,field,value,message", REFUSED)
def test_bad_values_are_told(
    model: type[models.Model], field: str, value: Any, message: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        make(model, **{field: value}).validate_constraints()

    assert refused.value.messages == [message]


@pytest.mark.django_db
@pytest.mark.parametrize("model,field,value,message", REFUSED)
def test_bad_values_are_refused_by_the_database(
    model: type[models.Model], field: str, value: Any, message: str
) -> None:
    row = make(model, **{field: value})

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        row.save()

    constraint = refused.value.__cause__.diag.constraint_name
    assert constraint == f"{model._meta.db_table}_{field}_check"


@pytest.mark.django_db
@pytest.mark.parametrize("model,field,value", TAKEN)
def test_good_values_pass(model: type[models.Model], field: str, value: Any) -> None:
    row = make(model, **{field: value})

    row.validate_constraints()
    row.save()

    assert getattr(model.objects.get(pk=row.pk), field) == value
