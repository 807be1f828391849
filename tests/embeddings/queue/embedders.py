"""Embedders that fail in one way each, and one that can be held up."""

from collections.abc import Sequence
from threading import Event

from assistant.embeddings.backends import BackendUnavailable
from tests.embeddings.embedder import HashedWords

__all__ = ["Absent", "Down", "Held", "NotNumbers", "Poisoned", "Unreachable", "WrongSize", "Zeros"]

Vectors = list[list[float]]


class Poisoned(HashedWords):
    """It fails on batches that hold a certain word."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if any("poison" in text for text in texts):
            raise ValueError("a text is poisonous")
        return super().embed_documents(texts)


class WrongSize(HashedWords):
    """Its vectors are too long."""

    def vector(self, text: str) -> list[float]:
        return [*super().vector(text), 1.0]


class NotNumbers(HashedWords):
    """Its vectors hold NaN."""

    def vector(self, text: str) -> list[float]:
        return [float("nan")] * self.dimension


class Zeros(HashedWords):
    """Its vectors have no direction."""

    def vector(self, text: str) -> list[float]:
        return [0.0] * self.dimension


class Down(HashedWords):
    """A server that answers with an error."""

    calls_when_down = 0

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        Down.calls_when_down += 1
        raise RuntimeError("500 Internal Server Error")


class Absent(HashedWords):
    """A model that cannot be loaded."""

    def __init__(self, spec: object) -> None:
        raise BackendUnavailable("The model is not there: put it into /models/small.")


class Unreachable(HashedWords):
    """A server that is not there when it is asked."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        raise BackendUnavailable("Nobody answers at http://localhost:1: start the server.")


class Held(HashedWords):
    """It computes when it is told to."""

    entered = Event()
    released = Event()

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.entered.set()
        assert self.released.wait(60)
        return super().embed_documents(texts)
