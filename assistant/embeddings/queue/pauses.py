"""Models that are left alone for a while, because they cannot be had."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from assistant.embeddings.models import EmbeddingModel

__all__ = ["Pauses"]

# The first, the second and each further one.
SECONDS = (30, 120, 600)


@dataclass
class Pause:
    """How often in a row, until when, and why."""

    times: int
    until: float
    name: str
    problem: str


class Pauses:
    """The models of one worker that could not be had."""

    def __init__(self) -> None:
        self._pauses: dict[UUID, Pause] = {}

    @property
    def problems(self) -> dict[str, str]:
        """Return what is wrong, by the models' names."""
        return {pause.name: pause.problem for pause in self._pauses.values()}

    def begin(self, model: "EmbeddingModel", problem: str) -> None:
        """Leave a model alone, longer each time."""
        times = self._pauses[model.pk].times if model.pk in self._pauses else 0
        until = time.monotonic() + SECONDS[min(times, len(SECONDS) - 1)]
        self._pauses[model.pk] = Pause(times + 1, until, model.name, problem)

    def end(self, model: "EmbeddingModel") -> None:
        """Forget what was wrong with a model that works."""
        self._pauses.pop(model.pk, None)

    def holds(self, model: "EmbeddingModel") -> bool:
        """Return whether a model is left alone now."""
        return model.pk in self._pauses and time.monotonic() < self._pauses[model.pk].until

    def seconds(self) -> list[float]:
        """Return in how many seconds the pauses end that have not."""
        now = time.monotonic()
        return [pause.until - now for pause in self._pauses.values() if pause.until > now]
