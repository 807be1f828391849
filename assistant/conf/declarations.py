"""How a key of the ``ASSISTANT`` setting is declared, read and checked."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar, overload

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

__all__ = ["DictSetting", "Setting", "configured"]

Value = TypeVar("Value", bound=int | str | tuple[str, ...] | Mapping[str, Any])


class Setting(Generic[Value]):
    """One key of ``ASSISTANT``: its default, whose type it has, and what it is for."""

    name: str

    def __init__(
        self,
        default: Value,
        description: str,
        *,
        choices: tuple[str, ...] = (),
        maximum: int | None = None,
    ) -> None:
        self.default = default
        self.description = description
        self.choices = choices
        self.maximum = maximum

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "Setting[Value]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> "Setting[Value] | Value":
        """Return the host's value, or the default."""
        if instance is None:
            return self
        value = configured().get(self.name, self.default)
        if problem := self.problem(value):
            raise ImproperlyConfigured(problem)
        return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]

    @property
    def expected(self) -> str:
        """Say what a value must be."""
        if self.choices:
            return "one of " + ", ".join(f'"{choice}"' for choice in self.choices)
        if isinstance(self.default, int):
            most = self.maximum
            return f"a whole number from 1 to {most}" if most else "a whole number above 0"
        return "a list of texts"

    def problem(self, value: Any) -> str | None:
        """Say what is wrong with a value, or return None."""
        if self.choices:
            fits = value in self.choices
        elif isinstance(self.default, int):
            fits = isinstance(value, int) and not isinstance(value, bool) and value > 0
            fits = fits and (self.maximum is None or value <= self.maximum)
        else:
            fits = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        if fits:
            return None
        return f"ASSISTANT[{self.name!r}] is {value!r}: {self.expected} is expected."


class DictSetting(Setting[Mapping[str, Any]]):
    """A key of ``ASSISTANT`` that is a dictionary itself: empty, or with keys of certain types."""

    expected = "a dictionary"

    def __init__(
        self, description: str, *, keys: Mapping[str, type], needs: tuple[str, ...] = ()
    ) -> None:
        super().__init__({}, description)
        self.keys = keys
        self.needs = needs

    def problem(self, value: Any) -> str | None:
        """Say what is wrong with a value; what an unknown key holds is not shown."""
        where = f"ASSISTANT[{self.name!r}]"
        if not isinstance(value, Mapping):
            return f"{where} is {value!r}: {self.expected} is expected."
        for key, item in value.items():
            if key not in self.keys:
                return f"{where}[{key!r}]: there is no such key; there are {', '.join(self.keys)}."
            expected, fits = FITTING[self.keys[key]]
            if not fits(item):
                return f"{where}[{key!r}] is {item!r}: {expected} is expected."
        for key in self.needs if value else ():
            if key not in value:
                return f"{where}[{key!r}] is missing: {FITTING[self.keys[key]][0]} is expected."
        return None


# What the values of a dictionary may be: how it is said, and whether one is.
FITTING: Mapping[type, tuple[str, Callable[[Any], bool]]] = {
    str: ("a text", lambda value: isinstance(value, str) and bool(value)),
    int: ("a whole number above 0", lambda value: type(value) is int and value > 0),
    float: ("a number above 0", lambda value: type(value) in (int, float) and value > 0),
    dict: ("a dictionary", lambda value: isinstance(value, Mapping)),
}


def configured() -> Mapping[str, Any]:
    """Return what the host has set."""
    value = getattr(settings, "ASSISTANT", {})
    if not isinstance(value, Mapping):
        raise ImproperlyConfigured(f"ASSISTANT is {value!r}: a dictionary is expected.")
    return value
