"""Database functions used in column defaults, constraints and queries."""

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Cast

__all__ = ["JSONTypeOf", "RandomUUID", "ToSearchVector", "TransactionNow"]


class RandomUUID(models.Func):
    """A random (version 4) uuid made by the database; core PostgreSQL, no extension."""

    template = "gen_random_uuid()"
    output_field = models.UUIDField()


class TransactionNow(models.Func):
    """The time at which the current transaction began: SQL's ``now()``.

    Django's own ``Now()`` is the time of the statement on PostgreSQL.
    """

    template = "now()"
    output_field = models.DateTimeField()


class JSONTypeOf(models.Func):
    """Which kind of JSON a jsonb value holds: object, array, string, number, boolean or null."""

    function = "jsonb_typeof"
    arity = 1
    output_field = models.TextField()

    def __init__(self, expression: Any, **extra: Any) -> None:
        # The cast costs nothing on a jsonb column and tells PostgreSQL the type of a bare value,
        # which is what Django's validation of a constraint sends.
        super().__init__(Cast(expression, models.JSONField()), **extra)


class ToSearchVector(models.Func):
    """The English words of a text of any size: our SQL function ``to_search_vector``.

    An index on this expression serves filters that spell it the same way.
    """

    function = "to_search_vector"
    arity = 1
    output_field = SearchVectorField()
