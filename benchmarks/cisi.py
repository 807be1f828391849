"""CISI, a test collection: abstracts of library science, questions, and which answer which.

A folder with ``CISI.ALL``, ``CISI.QRY`` and ``CISI.REL``.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from math import log2
from pathlib import Path

__all__ = ["Collection", "ndcg", "read"]

FIELD = re.compile(r"\.([ITAWBXN])\s*(\d*)\s*$")


@dataclass(frozen=True)
class Collection:
    """Titles and texts, and the questions that have been judged, by their numbers."""

    documents: dict[int, tuple[str, str]]
    questions: dict[int, str]
    relevant: dict[int, set[int]]


def read(folder: Path) -> Collection:
    """Read the three files."""
    relevant: dict[int, set[int]] = defaultdict(set)
    for line in (folder / "CISI.REL").read_text(encoding="latin-1").splitlines():
        question, document, *_unused = line.split()
        relevant[int(question)].add(int(document))
    questions = _entries(folder / "CISI.QRY")
    return Collection(
        {
            number: (parts["T"].strip(), parts["W"].strip())
            for number, parts in _entries(folder / "CISI.ALL").items()
        },
        {number: (questions[number]["T"] + questions[number]["W"]).strip() for number in relevant},
        dict(relevant),
    )


def ndcg(ranking: list[int], relevant: set[int], *, depth: int = 10) -> float:
    """Return the normalised discounted cumulative gain of a ranking; a judged answer gains 1."""
    gains = [1 / log2(place + 2) for place in range(depth)]
    gain = sum(g for g, document in zip(gains, ranking, strict=False) if document in relevant)
    return gain / sum(gains[: len(relevant)])


def _entries(path: Path) -> dict[int, dict[str, str]]:
    entries: dict[int, dict[str, str]] = {}
    parts: dict[str, str] = {}
    field = ""
    for line in path.read_text(encoding="latin-1").splitlines():
        if match := FIELD.match(line):
            field = match[1]
            if field == "I":
                parts = entries.setdefault(int(match[2]), defaultdict(str))
        else:
            parts[field] += line + "\n"
    return entries
