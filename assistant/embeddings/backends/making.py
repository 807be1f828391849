"""What a name or dotted path makes, each once a process."""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar

from django.utils.module_loading import import_string

from assistant.embeddings.backends.base import BackendUnavailable, EmbeddingError

__all__ = ["Maker"]


class Named(Protocol):
    """What a maker is told."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def backend(self) -> str:
        """A name that is built in, or a dotted path."""


Spec = TypeVar("Spec", bound=Named)
Made = TypeVar("Made")


class Maker(Generic[Spec, Made]):
    """Makes and keeps them; they have the names of a protocol."""

    def __init__(
        self,
        built_in: Mapping[str, str],
        protocol: type[Any],
        names: tuple[str, ...],
        *,
        what: str = "backend",
    ) -> None:
        self.built_in = built_in
        self.protocol = protocol
        self.names = names
        self.what = what
        self.made: dict[Spec, Made] = {}
        # A model that takes minutes to come does not hold up another one.
        self.locks: defaultdict[Spec, Lock] = defaultdict(Lock)
        # Another process's threads do not come along, and a lock that one of them held stays
        # locked.
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.forget)

    def load(self, spec: Spec) -> Made:
        """Return what this process has already, or make it."""
        if (made := self.made.get(spec)) is None:
            with self.locks[spec]:
                if (made := self.made.get(spec)) is None:
                    made = self.made[spec] = self.make(spec)
        return made

    def forget(self) -> None:
        """Let go of all."""
        self.made.clear()
        self.locks.clear()

    def make(self, spec: Spec) -> Made:
        """Import and call what the name stands for."""
        path = self.built_in.get(spec.backend, spec.backend)
        try:
            factory: Callable[[Spec], Made] = import_string(path)
        except Exception as error:  # a module may raise anything
            raise BackendUnavailable(
                f'{spec.name}: the {self.what} "{spec.backend}" cannot be imported '
                f"({_reason(error)}); use "
                f"one of {', '.join(self.built_in)}, or the dotted path of a class of yours."
            ) from error
        try:
            made = factory(spec)
        except EmbeddingError:
            raise
        except Exception as error:
            raise BackendUnavailable(
                f'{spec.name}: the {self.what} "{spec.backend}" could not be made: '
                f"{type(error).__name__}: {error}"
            ) from error
        if not isinstance(made, self.protocol):
            missing = [name for name in self.names if not hasattr(made, name)]
            raise BackendUnavailable(
                f'{spec.name}: "{spec.backend}" made no {self.what}, for it has no '
                f"{', '.join(missing)}."
            )
        return made


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, ImportError) else f"{type(error).__name__}: {text}"
