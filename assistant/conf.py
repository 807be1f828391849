"""The ``ASSISTANT`` setting of the host's project, read on access.

    ASSISTANT = {"LIST_PAGE_SIZE": 100}

Everything is optional; :class:`AssistantSettings` is the list of what there is.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar, overload

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

__all__ = ["AssistantSettings", "DictSetting", "Setting", "conf"]

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


class AssistantSettings:
    """What a host can set, with the defaults."""

    LIST_PAGE_SIZE = Setting(50, "Rows on one page of a list in the admin.")
    LIST_MAX_ROWS = Setting(
        10_000,
        "How many rows of a list the admin counts and pages through; filters reach the others.",
    )
    SEARCH_MAX_ROWS = Setting(200, "How many rows a search in the admin lists, the newest.")
    THREAD_PAGE_SIZE = Setting(50, "Messages on one page of a conversation.")
    THREAD_FOLD_LENGTH = Setting(1_500, "Characters of a message that are shown unfolded.")
    THREAD_MAX_LENGTH = Setting(
        10_000, "Characters of a message that a conversation's page shows at all."
    )
    SEARCH_EXCERPT_LENGTH = Setting(
        20_000, "Characters of a found text in which the admin looks for the words to highlight."
    )
    MAX_FORM_BYTES = Setting(
        1024 * 1024, "Bytes of one column that an admin page shows for editing and takes back."
    )
    SECRET_NAMES = Setting(
        (
            "api_key",
            "apikey",
            "access_key",
            "private_key",
            "secret",
            "token",
            "password",
            "passwd",
            "passphrase",
            "credential",
            "credentials",
            "authorization",
            "dsn",
        ),
        "Words in the name of a setting, or of a key of JSON, whose value the admin masks.",
    )

    INGEST_MAX_BYTES = Setting(
        20 * 1024 * 1024, "Bytes of a file, and of the text in it, that becomes a document."
    )
    INGEST_MAX_SECONDS = Setting(60, "Seconds that reading one PDF, Office or HTML file may take.")
    EMBED_BATCH_ROWS = Setting(128, "Texts that a worker of the embedding queue takes at a time.")
    EMBED_BATCH_BYTES = Setting(
        1_000_000, "Bytes of texts that such a worker takes at a time; a longer text comes alone."
    )
    EMBED_LEASE = Setting(
        300, "Seconds after which others take what a worker has taken and not finished."
    )
    EMBED_ATTEMPTS = Setting(
        5,
        "How often a text that fails is tried, at growing intervals, before it is left alone.",
    )
    EMBED_INDEX_ROWS = Setting(
        10_000, "From how many vectors on a worker builds a model's index where there is none."
    )
    RERANKER = DictSetting(
        "The cross-encoder by which a search orders its best hits again; empty for none.",
        keys={
            "backend": str,
            "model": str,
            "model_path": str,
            "base_url": str,
            "api_key_env": str,
            "candidates": int,
            "timeout": float,
            "options": dict,
        },
        needs=("backend",),
    )

    RECORD_SEARCHES = Setting(
        "off",
        "What is recorded of each search: nothing, or mode, hits, scores and latency with a hash "
        "of the question or with its text.",
        choices=("off", "hash", "text"),
    )
    # Of more days there are no times.
    RECORD_DAYS = Setting(30, "Days after which a recorded search is deleted.", maximum=100_000)

    MIGRATE_ON_START = Setting(
        "off",
        "What `assistant.schema.startup.bring_up_to_date()` does about migrations that are not "
        "applied: applies them, refuses to start, or does not look.",
        choices=("apply", "check", "off"),
    )
    MIGRATE_DATABASES = Setting(("default",), "The databases that a start looks at.")
    MIGRATE_WAIT = Setting(
        600, "Seconds that `migrate` waits for another one, and for tables that are in use."
    )
    MIGRATE_LOCK_TIMEOUT = Setting(
        2,
        "Seconds that a statement of a migration waits for a table before it lets those behind it "
        "go first and tries again later.",
    )
    DATABASE_WAIT = Setting(30, "Seconds that a start waits for a database that does not answer.")

    def __iter__(self) -> Iterator[Setting[Any]]:
        """Yield the settings there are, in order."""
        return (item for item in vars(type(self)).values() if isinstance(item, Setting))


def configured() -> Mapping[str, Any]:
    """Return what the host has set."""
    value = getattr(settings, "ASSISTANT", {})
    if not isinstance(value, Mapping):
        raise ImproperlyConfigured(f"ASSISTANT is {value!r}: a dictionary is expected.")
    return value


conf = AssistantSettings()
