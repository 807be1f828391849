"""What a step of changing the model refuses."""

__all__ = ["IncompleteModelError", "ModelChangeError"]


class ModelChangeError(Exception):
    """A step cannot be taken; the message is one line for people, with the way out."""


class IncompleteModelError(ModelChangeError):
    """A model misses texts or an index."""
