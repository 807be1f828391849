"""What one run of loading or removing works with and has done."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid5

__all__ = ["DemoError", "Run", "demo_id"]

# Every row of the demo that may choose its key has one made of this and of its name.
NAMESPACE = UUID("6f0d8a1c-3b57-5c1e-9a42-7d1b8e0c5f26")


class DemoError(Exception):
    """Why the demo data cannot be loaded or removed here, and the way out."""


@dataclass
class Run:
    """One run: where, as of which day, how many rows of what, and what is worth saying."""

    using: str
    today: date
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def demo_id(kind: str, *names: object) -> UUID:
    """Return the key of a row of the demo, the same wherever it is loaded."""
    return uuid5(NAMESPACE, "/".join((kind, *map(str, names))))
