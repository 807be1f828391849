"""What a step of changing the model refuses."""

from typing import Any

__all__ = ["IncompleteModelError", "ModelChangeError", "UnsearchableModelError"]


class ModelChangeError(Exception):
    """A step cannot be taken; the message is one line for people, with the way out."""


class IncompleteModelError(ModelChangeError):
    """A model misses texts or an index."""


class UnsearchableModelError(ModelChangeError):
    """Nobody can search with a model from here."""

    def __init__(self, model: Any, problem: str) -> None:
        super().__init__(f"{model.name}: {problem}")
        self.model = model
