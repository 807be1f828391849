"""Near-duplicates among the hits of one source: repeated headers, overlapping passages, copies."""

import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

from assistant.embeddings.search.hits import Hit
from assistant.embeddings.search.parameters import ALIKE, COMPARED, OVERLAP

__all__ = ["Folded"]

# Characters of a passage whose words are compared.
READ = 10_000

WORD = re.compile(r"\w+")


class Folded:
    """Hits, the best first, of which each takes in those that say nearly the same."""

    def __init__(self) -> None:
        self._hits: list[Hit] = []
        self._duplicates: list[int] = []
        self._places: dict[Any, list[tuple[int, frozenset[str], bool]]] = defaultdict(list)

    def __len__(self) -> int:
        """Return how many hits are left."""
        return len(self._hits)

    def add(self, hit: Hit, *, is_placed: bool = True) -> None:
        """Add a hit, or count it for a better one of the same source.

        ``is_placed`` is whether it is known where in the source the passage is.
        """
        words = frozenset(WORD.findall(hit.text[:READ].casefold()))
        places = self._places[hit.kind, hit.source.pk]
        for place, others, other_is_placed in places[:COMPARED]:
            overlap = is_placed and other_is_placed and _overlap(hit, self._hits[place])
            if overlap or _are_alike(words, others):
                self._duplicates[place] += 1
                return
        places.append((len(self._hits), words, is_placed))
        self._hits.append(hit)
        self._duplicates.append(0)

    def hits(self) -> list[Hit]:
        """Return the hits with their numbers of duplicates."""
        return [
            replace(hit, duplicates=count) if count else hit
            for hit, count in zip(self._hits, self._duplicates, strict=True)
        ]


def _overlap(one: Hit, other: Hit) -> bool:
    if one.kind == "conversation":  # passages of several files, whose places do not compare
        return False
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared > 0 and shared >= OVERLAP * min(one.end - one.start, other.end - other.start)


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    words = len(one) + len(other)
    # No more than the smaller has can be shared.
    if not words or 2 * min(len(one), len(other)) < ALIKE * words:
        return False
    return 2 * len(one & other) >= ALIKE * words
