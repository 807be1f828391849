"""The pace of work that others must not notice."""

import math
from threading import Event

__all__ = ["Pace"]

# Texts at a time without a rate: a search waits no longer than for these.
ROWS = 32


class Pace:
    """So many texts a second at most; else a rest after each batch, by how long that took."""

    def __init__(self, *, rate: float | None = None, rest: float = 0.0) -> None:
        self.rate = rate
        self.rest = rest

    @property
    def rows(self) -> int:
        """Return how many texts to take at a time: about a second's."""
        return ROWS if self.rate is None else min(ROWS, max(1, math.floor(self.rate)))

    def pause(self, *, count: int, seconds: float, stop: Event) -> None:
        """Rest after so many texts that took so many seconds."""
        left = seconds * self.rest if self.rate is None else count / self.rate - seconds
        if left > 0:
            stop.wait(left)
