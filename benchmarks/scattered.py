"""An embedding backend that takes no time, for benchmarks of what is around it."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vectors import NOISE, Clusters


class Scattered:
    """A backend that takes no time to speak of: points in clusters, by the hash of the text."""

    batch_size = 64
    max_tokens: int | None = None

    def __init__(self, spec: Any) -> None:
        self.centres, self.noise = _points(spec.dimension)

    def embed_documents(self, texts: Sequence[str]) -> list[Any]:
        """Return a vector for each text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> Any:
        """Return a text's vector."""
        digest = sha256(text.encode()).digest()
        one, two, three = (int.from_bytes(digest[at : at + 8], "big") for at in (0, 8, 16))
        noise = self.noise[two % len(self.noise)] + self.noise[three % len(self.noise)]
        return self.centres[one % len(self.centres)] + noise / np.float32(2**0.5)

    def tokenizer_file(self) -> Path | None:
        """Return None: chunks are measured in characters."""
        return None


@cache
def _points(dimension: int) -> Any:
    clusters = Clusters(dimension=dimension)
    return clusters.centres, clusters._scattered(4_000) * np.float32(NOISE)
