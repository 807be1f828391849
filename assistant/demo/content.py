"""The demo's texts, read from the files in ``data/``.

A conversation or a document is a Markdown file that starts with its columns in TOML, between
lines of ``+++``. In a conversation, lines of ``@user``, ``@assistant`` and ``@system`` say who
speaks next; ``@user +3d`` does so three days later.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

__all__ = [
    "Dialogue",
    "Document",
    "Person",
    "Turn",
    "dialogues",
    "documents",
    "model_configs",
    "people",
    "system_settings",
]

DATA = Path(__file__).with_name("data")
SPEAKER = re.compile(r"^@(system|user|assistant)(?: \+(\d+)d)?\n", re.MULTILINE)


@dataclass(frozen=True)
class Person:
    """A user."""

    slug: str
    first_name: str
    last_name: str
    joined_days_ago: int
    is_staff: bool = False
    is_active: bool = True
    preferences: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the name in full."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Turn:
    """One message, so many days after the one before."""

    role: str
    content: str
    days_later: int = 0


@dataclass(frozen=True)
class Dialogue:
    """A conversation; ``at`` is its time of day in minutes.

    Long ones have several sittings of equal length, each some days after the one before. ``files``
    are texts that were attached to it.
    """

    slug: str
    user: str
    turns: tuple[Turn, ...]
    days_ago: int
    at: int = 9 * 60
    title: str | None = None
    agent_type: str = "chat"
    model: str = "lantern-8b-chat"
    context_length: int = 8192
    is_active: bool = True
    sittings: int = 1
    days_between: int = 1
    metadata: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A document of the knowledge base."""

    slug: str
    title: str
    content: str
    source: str
    days_ago: int
    content_type: str = "text/markdown"
    extension: str = "md"
    language: str = "en"
    tags: tuple[str, ...] = ()


@cache
def people() -> tuple[Person, ...]:
    """Return the users."""
    return tuple(Person(**item) for item in read_toml("people.toml")["people"])


@cache
def model_configs() -> tuple[dict[str, Any], ...]:
    """Return the configurations of language models; the first may become the default."""
    return tuple(read_toml("models.toml")["models"])


@cache
def system_settings() -> tuple[dict[str, Any], ...]:
    """Return the system settings."""
    return tuple(json.loads((DATA / "settings.json").read_text(encoding="utf-8")))


@cache
def dialogues() -> tuple[Dialogue, ...]:
    """Return the conversations, by slug."""
    return tuple(read_dialogue(path) for path in sorted((DATA / "conversations").glob("*.md")))


@cache
def documents() -> tuple[Document, ...]:
    """Return the documents, by slug."""
    found = []
    for path in sorted((DATA / "documents").glob("*.md")):
        columns, text = read_page(path)
        columns["tags"] = tuple(columns.get("tags", ()))
        found.append(Document(slug=path.stem, content=text, **columns))
    return tuple(found)


def read_dialogue(path: Path) -> Dialogue:
    """Return the conversation in a file."""
    columns, text = read_page(path)
    series = columns.pop("series", None)
    _, *parts = SPEAKER.split(text)
    turns = [
        Turn(role, said.strip(), int(later or 0))
        for role, later, said in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]
    if series:
        turns += expand(series)
    return Dialogue(slug=path.stem, turns=tuple(turns), **columns)


def expand(series: dict[str, Any]) -> Iterator[Turn]:
    """Yield a question and an answer for each item, their wordings taken in turn."""
    for number, item in enumerate(series["items"]):
        for role in ("user", "assistant"):
            wordings = series[role]
            wording = Template(wordings[number % len(wordings)])
            yield Turn(role, wording.substitute(item, number=number + 1).strip())


def read_page(path: Path) -> tuple[dict[str, Any], str]:
    """Return the columns and the text of a Markdown file."""
    _, columns, text = path.read_text(encoding="utf-8").split("+++\n", 2)
    return tomllib.loads(columns), text.strip()


def read_toml(name: str) -> dict[str, Any]:
    """Return what a TOML file holds."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
