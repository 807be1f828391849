"""What a backend is told, what it can do, and what it raises."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, Protocol, runtime_checkable

__all__ = [
    "Backend",
    "BackendUnavailable",
    "Described",
    "EmbeddingError",
    "ModelSpec",
    "needs_extra",
    "option",
]

PROJECT = "django-ai-assistant-backend"


class EmbeddingError(Exception):
    """Texts could not be embedded; the message is for people."""


class BackendUnavailable(EmbeddingError):  # noqa: N818 (a state, which passes)
    """A model cannot be had; the message says in one line what to install or where to put it."""


@dataclass(frozen=True)
class ModelSpec:
    """What of an embedding model's row decides about its vectors."""

    name: str
    dimension: int
    model_path: str = ""
    backend: str = "fastembed"
    provider: Mapping[str, Any] = field(default_factory=dict, hash=False)
    distance: str = "cosine"

    @classmethod
    def of(cls, model: Any) -> "ModelSpec":
        """Return an embedding model's, as it is now."""
        return cls(
            name=model.name,
            dimension=model.dimension,
            model_path=model.model_path or "",
            backend=model.backend,
            provider=deepcopy(model.provider or {}),
            distance=str(model.distance),
        )


@runtime_checkable
class Backend(Protocol):
    """What turns texts into vectors; threads may share it."""

    batch_size: int
    """How many texts it takes at once, so that memory stays bounded."""

    max_tokens: int | None
    """How much of a text it reads, where that is known."""

    def embed_documents(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return one vector a text, in order."""

    def embed_query(self, text: str) -> Sequence[float]:
        """Return a question's vector."""

    def tokenizer_file(self) -> Path | None:
        """Return the tokenizer.json by which texts are split into what it can read."""


class Described(Protocol):
    """What has options, and a name for messages."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def provider(self) -> Mapping[str, Any]:
        """The options."""


def option(spec: Described, name: str, default: Any, *kinds: type) -> Any:
    """Return one of the provider's options; it has the default's type, or one of those given."""
    value = spec.provider.get(name, default)
    allowed = kinds or (type(default),)
    fits = value is default or (
        isinstance(value, allowed) and (not isinstance(value, bool) or bool in allowed)
    )
    if fits and isinstance(value, int) and not isinstance(value, bool):
        fits = value > 0
    if fits:
        return value
    names = {int: "a number above 0", float: "a number", bool: "true or false", str: "a text"}
    expected = " or ".join(names[kind] for kind in allowed)
    raise EmbeddingError(f'{spec.name}: the option "{name}" is {value!r}: {expected} is expected.')


def needs_extra(what: str, extra: str, error: ImportError) -> NoReturn:
    """Say what to install."""
    raise BackendUnavailable(
        f'{what} needs an extra: pip install "{PROJECT}[{extra}]" ({error}).'
    ) from error
