"""The ``ASSISTANT`` setting: keys that exist, values that fit."""

from difflib import get_close_matches
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from assistant.conf import Setting, conf, configured

__all__ = ["check_assistant_setting"]

OBJECT = "settings.ASSISTANT"


def check_assistant_setting(**kwargs: Any) -> list[CheckMessage]:
    """Name what is wrong with each key, with the way out."""
    try:
        values = configured()
    except ImproperlyConfigured as error:
        hint = 'Write ASSISTANT = {"LIST_PAGE_SIZE": 100}, or leave it out.'
        return [Error(str(error), hint=hint, obj=OBJECT, id="assistant.E003")]
    known = {setting.name: setting for setting in conf}
    problems = (
        _value_problem(known[key], value) if key in known else _key_problem(key, list(known))
        for key, value in values.items()
    )
    return [problem for problem in problems if problem]


def _key_problem(key: Any, known: list[str]) -> CheckMessage:
    close = get_close_matches(key.upper(), known, n=1) if isinstance(key, str) else []
    hint = f"Did you mean {close[0]!r}?" if close else f"The keys are {', '.join(known)}."
    text = f"ASSISTANT[{key!r}]: there is no such key."
    return Error(text, hint=hint, obj=OBJECT, id="assistant.E001")


def _value_problem(setting: Setting[Any], value: Any) -> CheckMessage | None:
    problem = setting.problem(value)
    if problem is None:
        return None
    hint = f"{setting.description} Without the key it is {setting.default!r}."
    return Error(problem, hint=hint, obj=OBJECT, id="assistant.E002")
