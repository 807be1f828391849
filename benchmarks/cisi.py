"""CISI, a test collection: abstracts of library science, questions, and which answer which.

A folder with ``CISI.ALL``, ``CISI.QRY`` and ``CISI.REL``.
"""

import re
from collections import defaultdict
from pathlib import Path

from benchmarks.judged_collections import Collection, judged

__all__ = ["NAME", "read"]

NAME = "CISI"

FIELD = re.compile(r"\.([ITAWBXN])\s*(\d*)\s*$")


def read(folder: Path) -> Collection:
    """Read the three files."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "CISI.REL").read_text(encoding="latin-1").splitlines():
        question, document, *_unused = line.split()
        grades[question][document] = 1
    return judged(
        NAME,
        {
            number: (parts["T"].strip(), parts["W"].strip())
            for number, parts in _entries(folder / "CISI.ALL").items()
        },
        {
            number: (parts["T"] + parts["W"]).strip()
            for number, parts in _entries(folder / "CISI.QRY").items()
        },
        grades,
    )


def _entries(path: Path) -> dict[str, dict[str, str]]:
    entries: dict[str, dict[str, str]] = {}
    parts: dict[str, str] = {}
    field = ""
    for line in path.read_text(encoding="latin-1").splitlines():
        if match := FIELD.match(line):
            field = match[1]
            if field == "I":
                parts = entries.setdefault(match[2], defaultdict(str))
        else:
            parts[field] += line + "\n"
    return entries
