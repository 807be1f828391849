"""What became of a batch."""

from dataclasses import dataclass

__all__ = ["Outcome"]


@dataclass
class Outcome:
    """What became of a batch: numbers of sources, and of texts that were computed."""

    done: int = 0
    computed: int = 0
    retried: int = 0
    failed: int = 0
    postponed: int = 0
    outage: str | None = None
