"""What a re-ranker is told, and what it can do."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from assistant.conf import conf

__all__ = ["Reranker", "RerankerSpec", "configured_reranker"]

CANDIDATES = 50
TIMEOUT = 10.0


@dataclass(frozen=True)
class RerankerSpec:
    """What the setting ``RERANKER`` says."""

    backend: str
    model: str = ""
    model_path: str = ""
    candidates: int = CANDIDATES
    """How many of a search's best hits are scored again, or as many as the search is to return."""
    timeout: float = TIMEOUT
    """Seconds after which a search goes without."""
    provider: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What is left of the setting: its options, ``base_url`` and ``api_key_env``."""

    @property
    def name(self) -> str:
        """Return what messages call it."""
        return self.model or self.model_path or self.backend

    @classmethod
    def of(cls, setting: Mapping[str, Any]) -> "RerankerSpec":
        """Return a setting's."""
        provider = {**setting.get("options", {})}
        provider |= {key: setting[key] for key in ("base_url", "api_key_env") if key in setting}
        names = ("backend", "model", "model_path", "candidates", "timeout")
        said = {name: setting[name] for name in names if name in setting}
        return cls(**said, provider=deepcopy(provider))


@runtime_checkable
class Reranker(Protocol):
    """What scores passages; threads may share it."""

    batch_size: int
    """How many passages it takes at once, so that memory stays bounded."""

    def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """Return one number a text, in order: the higher, the better it answers."""


def configured_reranker() -> RerankerSpec | None:
    """Return the one that is set now, or None."""
    setting = conf.RERANKER
    return RerankerSpec.of(setting) if setting else None
