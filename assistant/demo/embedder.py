"""Vectors without a language model: each word of a text counts in one of 64 places."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["DIMENSION", "HashedWords", "embed"]

DIMENSION = 64


class HashedWords:
    """The backend of the demo's embedding model."""

    batch_size = 64
    max_tokens: int | None = None

    def __init__(self, spec: Any) -> None:
        self.dimension: int = spec.dimension

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector for each text."""
        return [embed(text, dimension=self.dimension) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a query, which is made as a text's."""
        return embed(text, dimension=self.dimension)

    def tokenizer_file(self) -> Path | None:
        """Return None: chunks are measured in characters."""
        return None


def embed(text: str, *, dimension: int = DIMENSION) -> list[float]:
    """Return a vector of length 1, the same for the same words in any order."""
    vector = [0.0] * dimension
    for word, count in Counter(re.findall(r"\w+", text.casefold())).items():
        digest = hashlib.sha256(word.encode()).digest()
        # The sign lets words that share a place cancel out rather than add up.
        sign = 1 if digest[1] % 2 else -1
        vector[digest[0] % dimension] += sign * (1 + math.log(count))
    norm = math.hypot(*vector)
    if norm == 0:  # no words, or all cancelled out
        return [1.0] + [0.0] * (dimension - 1)
    return [value / norm for value in vector]
