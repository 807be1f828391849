"""What is said of a database before it is adopted."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["CHANGED", "KEPT", "REFUSED", "Effect", "Finding"]

Effect = Literal["refused", "changed", "kept"]

REFUSED: Effect = "refused"
CHANGED: Effect = "changed"
KEPT: Effect = "kept"


@dataclass(frozen=True)
class Finding:
    """One line: what it is about, what was expected and found, and what to do.

    ``effect`` says whether it stands in the way of the adoption, is changed by it, or stays.
    Of rows there are ``count`` and the first ``keys``.
    """

    effect: Effect
    what: str
    found: str
    expected: str = ""
    way_out: str = ""
    count: int | None = None
    keys: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """Return the line to print."""
        found = f"expected {self.expected}, found {self.found}" if self.expected else self.found
        if self.keys:
            more = ", …" if self.count and self.count > len(self.keys) else ""
            found = f"{found} (keys {', '.join(self.keys)}{more})"
        text = f"{self.effect:7}  {self.what}: {found}"
        return f"{text}. {self.way_out}" if self.way_out else f"{text}."

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {**asdict(self), "keys": list(self.keys)}
