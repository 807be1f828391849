"""CHECK constraints that several tables share."""

import math
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from assistant.db.expressions import JSONTypeOf

__all__ = [
    "KeptUniqueConstraint",
    "finite_check",
    "json_array_check",
    "json_object_check",
    "not_negative_check",
    "time_check",
]


class KeptUniqueConstraint(models.UniqueConstraint):
    """A unique constraint for which a trigger makes room: a new row takes another's place.

    So validation, of forms and of ``full_clean()``, has nothing to refuse.
    """

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Allow what the trigger allows."""


def json_object_check(field: str, *, name: str) -> models.CheckConstraint:
    """Refuse any JSON but an object."""
    return models.CheckConstraint(
        condition=Exact(JSONTypeOf(field), models.Value("object")),
        name=name,
        violation_error_message=_("A JSON object is expected, such as {}."),
    )


def json_array_check(field: str, *, name: str) -> models.CheckConstraint:
    """Refuse any JSON but an array."""
    return models.CheckConstraint(
        condition=Exact(JSONTypeOf(field), models.Value("array")),
        name=name,
        violation_error_message=_("A JSON array is expected, such as []."),
    )


def not_negative_check(field: str, *, name: str) -> models.CheckConstraint:
    """Refuse numbers below zero."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__gte": 0}),
        name=name,
        violation_error_message=_("Negative numbers are not allowed."),
    )


def finite_check(field: str, *, name: str, negative: bool = True) -> models.CheckConstraint:
    """Refuse NaN, both infinities and, where told so, negative numbers.

    To PostgreSQL NaN is larger than every number, infinity included, so one upper bound does.
    """
    lower = Q(**{f"{field}__gt": -math.inf}) if negative else Q(**{f"{field}__gte": 0})
    return models.CheckConstraint(
        condition=lower & Q(**{f"{field}__lt": math.inf}),
        name=name,
        violation_error_message=_("A finite number is expected.")
        if negative
        else _("A finite number, not below zero, is expected."),
    )


def time_check(field: str, *, name: str) -> models.CheckConstraint:
    """Refuse times that Python cannot hold in every time zone: infinity, BC, beyond 9999.

    One such row would fail every page that lists it.
    """
    first, last = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
    return models.CheckConstraint(
        condition=Q(**{f"{field}__gte": first, f"{field}__lt": last}),
        name=name,
        violation_error_message=_("A time between the years 1 and 9999 is expected."),
    )
