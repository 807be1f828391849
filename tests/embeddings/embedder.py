"""A small embedder that always answers the same, for models whose backend is its dotted path."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

__all__ = ["HashedWords"]


class HashedWords:
    """Count each word of a text in one of as many places as the model's vectors have.

    `calls` and `texts` are what all its instances were asked for since the last `reset()`.
    """

    batch_size = 32
    max_tokens: int | None = None
    calls = 0
    texts: list[str] = []
    lock = Lock()

    def __init__(self, spec: Any) -> None:
        self.dimension: int = spec.dimension

    @classmethod
    def reset(cls) -> None:
        """Forget what was asked for."""
        with cls.lock:
            cls.calls = 0
            cls.texts = []

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector a text."""
        with self.lock:
            HashedWords.calls += 1
            HashedWords.texts += texts
        return [self.vector(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Return a question's vector."""
        return self.embed_documents([text])[0]

    def tokenizer_file(self) -> Path | None:
        """Return None: it counts no tokens."""
        return None

    def vector(self, text: str) -> list[float]:
        """Return a vector of length 1, the same for the same words in any order."""
        vector = [0.0] * self.dimension
        for word, count in Counter(re.findall(r"\w+", text.casefold())).items():
            digest = hashlib.sha256(word.encode()).digest()
            # The sign lets words that share a place cancel out rather than add up.
            sign = 1 if digest[8] % 2 else -1
            place = int.from_bytes(digest[:8], "big") % self.dimension
            vector[place] += sign * (1 + math.log(count))
        norm = math.hypot(*vector)
        if norm == 0:  # no words, or all cancelled out
            return [1.0] + [0.0] * (self.dimension - 1)
        return [value / norm for value in vector]
