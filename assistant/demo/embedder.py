"""Vectors without a language model: each word of a text counts in one of 64 places."""

import hashlib
import math
import re
from collections import Counter

__all__ = ["DIMENSION", "embed"]

DIMENSION = 64


def embed(text: str) -> list[float]:
    """Return a vector of length 1, the same for the same words in any order."""
    vector = [0.0] * DIMENSION
    for word, count in Counter(re.findall(r"\w+", text.casefold())).items():
        digest = hashlib.sha256(word.encode()).digest()
        # The sign lets words that share a place cancel out rather than add up.
        sign = 1 if digest[1] % 2 else -1
        vector[digest[0] % DIMENSION] += sign * (1 + math.log(count))
    norm = math.hypot(*vector)
    if norm == 0:  # no words, or all cancelled out
        return [1.0] + [0.0] * (DIMENSION - 1)
    return [value / norm for value in vector]
