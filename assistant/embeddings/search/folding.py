"""Near-duplicates among the hits of one source: repeated headers, overlapping passages, copies."""

import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

from assistant.embeddings.search.hits import Hit

__all__ = ["Folded"]

# What share of the shorter passage two share in the source, to be the same place.
OVERLAP = 0.5
# What share of their words is the other's, too, to be the same text: not the rows of a table, which
# differ by a word or two. Read of each: so many characters.
ALIKE = 0.85
READ = 10_000

WORD = re.compile(r"\w+")


class Folded:
    """Hits, the best first, of which each takes in those that say nearly the same."""

    def __init__(self) -> None:
        self._hits: list[Hit] = []
        self._duplicates: list[int] = []
        self._places: dict[Any, list[tuple[int, frozenset[str]]]] = defaultdict(list)

    def __len__(self) -> int:
        """Return how many hits are left."""
        return len(self._hits)

    def add(self, hit: Hit) -> None:
        """Add a hit, or count it for a better one of the same source."""
        words = frozenset(WORD.findall(hit.text[:READ].casefold()))
        places = self._places[hit.kind, hit.source.pk]
        for place, others in places:
            if _overlap(hit, self._hits[place]) or _are_alike(words, others):
                self._duplicates[place] += 1
                return
        places.append((len(self._hits), words))
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
    return words > 0 and 2 * len(one & other) >= ALIKE * words
