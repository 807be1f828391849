"""Checks of values before PostgreSQL sees them, each raising a field's ValidationError."""

import math
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

__all__ = ["validate_finite", "validate_json", "validate_json_object", "validate_no_nul"]

# PostgreSQL parses JSON recursively; with its smallest stack it gives up near 6,000 levels,
# Python near 1,000. Nothing that people write comes close to this.
MAX_JSON_DEPTH = 200

# Python neither reads nor writes an integer of more than 4,300 digits.
MAX_INTEGER_BITS = 14_000


def validate_no_nul(value: str) -> None:
    """Refuse NUL characters, which PostgreSQL's text cannot hold."""
    if "\0" in value:
        raise ValidationError(
            _("Null characters are not allowed (the first is at position %(position)d)."),
            code="null_characters_not_allowed",
            params={"position": value.index("\0") + 1},
        )


def validate_json(value: Any) -> None:
    """Refuse what Python's ``json`` accepts and jsonb does not, naming the place in the value."""
    pending: list[tuple[str, int, Any]] = [("$", 0, value)]
    while pending:
        path, depth, item = pending.pop()
        if depth > MAX_JSON_DEPTH:
            raise ValidationError(
                _("JSON is nested more than %(limit)d levels deep."),
                code="json_too_deep",
                params={"limit": MAX_JSON_DEPTH},
            )
        if isinstance(item, str):
            _validate_json_text(path, item)
        elif isinstance(item, int) and item.bit_length() > MAX_INTEGER_BITS:
            raise ValidationError(
                _("Numbers may have up to 4,300 digits."), code="json_number_too_long"
            )
        elif isinstance(item, float) and not math.isfinite(item):
            raise ValidationError(
                _("JSON has no value for %(value)s (at %(path)s)."),
                code="json_not_finite",
                params={"value": item, "path": path},
            )
        elif isinstance(item, dict):
            for key, child in item.items():
                if isinstance(key, str):
                    _validate_json_text(path, key)
                pending.append((f"{path}.{key}", depth + 1, child))
        elif isinstance(item, list | tuple):
            pending.extend((f"{path}[{i}]", depth + 1, child) for i, child in enumerate(item))


def _validate_json_text(path: str, text: str) -> None:
    if "\0" in text:
        raise ValidationError(
            _("Null characters are not allowed in JSON (at %(path)s)."),
            code="null_characters_not_allowed",
            params={"path": path.replace("\0", "\\u0000")},
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValidationError(
            _("Text in JSON has half of a surrogate pair (at %(path)s)."),
            code="json_surrogate",
            params={"path": path.encode("ascii", "backslashreplace").decode()},
        ) from None


def validate_json_object(value: Any) -> None:
    """Refuse any JSON but an object."""
    if not isinstance(value, dict):
        raise ValidationError(
            _('A JSON object is expected, such as {"key": "value"}.'), code="json_not_object"
        )


def validate_finite(value: float) -> None:
    """Refuse NaN and both infinities."""
    if not math.isfinite(value):
        raise ValidationError(_("A finite number is expected."), code="not_finite")
