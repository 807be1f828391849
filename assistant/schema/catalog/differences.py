"""What differs, each in a line that says what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["NOTHING", "Difference", "Level"]

Level = Literal["difference", "notice"]

NOTHING = "nothing"

# Of a line; --json has all of it.
LONGEST = 300


@dataclass(frozen=True)
class Difference:
    """An object that is not as the migrations make it.

    A ``notice`` is worth knowing and no fault: an index that the host added, an old extension.
    """

    app: str
    what: str  # such as "index idx_messages_role of messages"
    expected: str
    found: str
    way_out: str
    level: Level = "difference"

    def __str__(self) -> str:
        expected, found = shortened(self.expected), shortened(self.found)
        return f"{self.what}: expected {expected}, found {found}. {self.way_out}"

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {**asdict(self), "line": str(self)}


def shortened(text: str) -> str:
    """Return a text as one line that is not too long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} …"
