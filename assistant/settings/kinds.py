"""The kinds of JSON that a setting's value can be, and what people type for each."""

import math
import re
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Kind", "kind_of", "read_boolean", "read_number"]

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
INTEGER = re.compile(r"[+-]?[0-9]+")
# Python reads integers of up to that many digits.
MAX_DIGITS = 4300

YES = {"true", "yes", "on", "1"}
NO = {"false", "no", "off", "0"}


class Kind(models.TextChoices):
    """What a value is."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    BOOLEAN = "boolean", _("Yes or no")
    JSON = "json", _("JSON (a list, an object)")
    NULL = "null", _("Nothing (null)")


def kind_of(value: Any) -> Kind:
    """Return the kind of a value."""
    if value is None:
        return Kind.NULL
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, int | float):
        return Kind.NUMBER
    return Kind.TEXT if isinstance(value, str) else Kind.JSON


def read_boolean(text: str) -> bool:
    """Return what was chosen."""
    word = text.strip().casefold()
    if word in YES | NO:
        return word in YES
    raise ValidationError(_("Yes or no is expected (true or false)."), code="invalid_boolean")


def read_number(text: str) -> int | float:
    """Return the number as exactly as it was typed, or refuse it."""
    text = text.strip()
    if not NUMBER.fullmatch(text):
        raise ValidationError(
            _("A number is expected, such as 42, 0.5 or 1e-7."), code="invalid_number"
        )
    if len(text) > MAX_DIGITS:
        raise ValidationError(
            _("Numbers may have up to 4,300 digits."), code="json_number_too_long"
        )
    if INTEGER.fullmatch(text):
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        raise ValidationError(
            _("This number is too large: up to 1.7e308 is expected, or a whole number."),
            code="number_too_large",
        )
    if not _is_exact(number, text):
        raise ValidationError(
            _(
                "This number has more digits than are kept: it would be stored as %(number)s. "
                "Type fewer, or make it a text."
            ),
            code="number_not_exact",
            params={"number": number},
        )
    return number


def _is_exact(number: float, text: str) -> bool:
    sign, digits, exponent = Decimal(text).as_tuple()
    if not any(digits):
        return True
    if not isinstance(exponent, int) or abs(exponent) > MAX_DIGITS:
        return False
    return Decimal(repr(number)) == Decimal((sign, digits, exponent))
