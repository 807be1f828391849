"""How far an evaluation is."""

import time
from collections.abc import Callable

__all__ = ["Progress"]

# Seconds between two lines.
PAUSE = 5.0


class Progress:
    """Write a line every few seconds."""

    def __init__(self, write: Callable[[str], object], *, total: int) -> None:
        self.write = write
        self.total = total
        self.start = self.last = time.monotonic()

    def __call__(self, done: int) -> None:
        """Say how many questions are done, and how long the others will take."""
        now = time.monotonic()
        if now - self.last < PAUSE or done == self.total:
            return
        self.last = now
        left = (now - self.start) / done * (self.total - done)
        self.write(f"{done:,} of {self.total:,} questions; {left:.0f} s to go")
