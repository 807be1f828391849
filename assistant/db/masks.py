"""JSON without its secrets, and back."""

import json
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assistant.db.secrets import MASK, holds_something, is_secret_name, mask_urls

__all__ = ["mask", "mask_json_text", "unmask"]

JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
JSON_COLON = re.compile(r"\s*:\s*")
MASKED_URL = re.compile(rf"://[^\s/?#:@]*:{re.escape(MASK)}@")

# Where nothing is stored.
NOTHING: Any = object()


def mask(value: Any, name: str | None = None) -> Any:
    """Return JSON with a mask for what is under secret-looking keys and for passwords in URLs.

    The ``name`` is that of the value as a whole, where it has one.
    """
    if name is not None and is_secret_name(name) and holds_something(value):
        return MASK
    masked: list[Any] = [None]
    pending: list[tuple[Any, Any, Any]] = [(masked, 0, value)]
    while pending:  # no recursion: stored JSON may be nested deeper than Python's stack
        parent, place, item = pending.pop()
        if isinstance(place, str) and is_secret_name(place) and holds_something(item):
            parent[place] = MASK
        elif isinstance(item, dict):
            parent[place] = dict.fromkeys(item)
            pending.extend((parent[place], key, child) for key, child in item.items())
        elif isinstance(item, list | tuple):
            parent[place] = [None] * len(item)
            pending.extend((parent[place], index, child) for index, child in enumerate(item))
        else:
            parent[place] = mask_urls(item) if isinstance(item, str) else item
    return masked[0]


def mask_json_text(text: str, name: str | None = None) -> str:
    """Return the beginning of a JSON text with masks for its secrets, wherever it was cut off."""
    if name is not None and is_secret_name(name):
        value, _end = _read_value(text, 0)
        return MASK if holds_something(value) else text
    pieces: list[str] = []
    done = position = 0
    while found := JSON_STRING.search(text, position):
        position = found.end()
        colon = JSON_COLON.match(text, position)
        if colon is None or not is_secret_name(_read_string(found[0])):
            continue
        value, end = _read_value(text, colon.end())
        if holds_something(value):
            pieces += [text[done : colon.end()], json.dumps(MASK)]
            done = end
        position = end
    return mask_urls("".join([*pieces, text[done:]]), in_json=True, is_cut=True)


def _read_string(text: str) -> str:
    try:
        return str(json.loads(text, strict=False))
    except ValueError:
        return text


def _read_value(text: str, start: int) -> tuple[Any, int]:
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):  # cut off, or not for Python to read: all that follows
        return MASK, len(text)


def unmask(value: Any, stored: Any = NOTHING) -> Any:
    """Return submitted JSON with what is stored in the places of its masks.

    A mask stands for what is stored in the same place. Raises ``ValidationError`` for one that
    cannot be told to be in its place still.
    """
    return _unmask(value, stored, NOTHING if stored is NOTHING else mask(stored), "$")


def _unmask(value: Any, stored: Any, shown: Any, path: str) -> Any:
    if isinstance(value, str):
        if value == shown:
            return stored
        if value == MASK or MASKED_URL.search(value):
            raise ValidationError(
                _(
                    "%(mask)s at %(path)s stands for a stored value that is not shown, but none is "
                    "stored in this place. Type the value itself there, or undo what was renamed, "
                    "moved or reordered."
                ),
                code="masked",
                params={"mask": MASK, "path": path},
            )
        return value
    if isinstance(value, dict):
        if not isinstance(shown, dict):
            stored = shown = {}
        return {
            key: _unmask(child, stored.get(key, NOTHING), shown.get(key, NOTHING), f"{path}.{key}")
            for key, child in value.items()
        }
    if isinstance(value, list):
        if not (isinstance(shown, list) and _is_in_order(value, shown)):
            stored = shown = []
        missing = [NOTHING] * (len(value) - len(shown))
        places = zip([*stored, *missing], [*shown, *missing], strict=True)
        return [
            _unmask(item, *place, path=f"{path}[{index}]")
            for index, (item, place) in enumerate(zip(value, places, strict=True))
        ]
    return value


def _is_in_order(value: list[Any], shown: list[Any]) -> bool:
    # One element was edited, or some were added at the end. After more than that nobody can tell
    # which element a mask belongs to.
    edited = sum(item != other for item, other in zip(value, shown, strict=False))
    return edited <= 1 if len(value) == len(shown) else len(value) > len(shown) and not edited
