"""System checks of what is stored."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.checks import CheckMessage, Warning  # noqa: A004
from django.db import DatabaseError, models, router, transaction
from django.db.models.functions import Cast

from assistant.db.secrets import find_secret
from assistant.settings.models import ModelConfig, SystemSetting

__all__ = ["check_stored_secrets"]

# A check must not take long: so many rows of each table, and of each the JSON up to that size.
MAX_ROWS = 1000
MAX_BYTES = 64 * 1024

HINT = (
    "Keep secrets in environment variables and store the NAME of the variable under a name that "
    'ends in _env, such as openai_api_key_env: "OPENAI_API_KEY".'
)


class Column(NamedTuple):
    """A JSON column to look into, and the column that names its rows."""

    model: type[models.Model]
    name: str
    value: str
    names_value: bool  # whether the row's name is the value's own


COLUMNS = (
    Column(SystemSetting, "key", "value", names_value=True),
    Column(ModelConfig, "name", "config", names_value=False),
)


def check_stored_secrets(connection: Any) -> list[CheckMessage]:
    """Warn of each setting and model configuration that holds a secret in plain text."""
    alias = connection.alias
    return [
        Warning(
            f"{column.model._meta.verbose_name} {name!r} holds a secret in plain text "
            f"(at {place} of {column.value}).",
            hint=HINT,
            obj=column.model,
            id="assistant.W020",
        )
        for column in COLUMNS
        if router.allow_migrate_model(alias, column.model)
        for name, place in _secrets(alias, column)
    ]


def _secrets(alias: str, column: Column) -> Iterator[tuple[str, str]]:
    for name, text in _rows(alias, column):
        place = find_secret(_read(text), name if column.names_value else None)
        if place is not None:
            yield name, place


def _rows(alias: str, column: Column) -> list[tuple[str, str | None]]:
    size = models.Func(column.value, function="pg_column_size", output_field=models.IntegerField())
    text = Cast(column.value, models.TextField())
    rows = (
        column.model._base_manager.using(alias)
        .annotate(size=size)
        .annotate(text=models.Case(models.When(size__lte=MAX_BYTES, then=text)))
        .order_by("pk")
        .values_list(column.name, "text")[:MAX_ROWS]
    )
    try:
        with transaction.atomic(using=alias):
            return list(rows)
    except DatabaseError:  # not migrated yet
        return []


def _read(text: str | None) -> Any:
    # What is not looked into is taken to hold something: its name alone may tell.
    if text is None:
        return 1
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return 1
