"""Patterns as shells have them, with ``**`` for any number of folders."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

__all__ = ["is_pattern", "matches", "split_pattern"]

MAGIC = re.compile(r"[*?[]")


def is_pattern(path: str) -> bool:
    """Return whether a path has wildcards."""
    return MAGIC.search(path) is not None


def split_pattern(pattern: str) -> tuple[Path, list[str]]:
    """Return the folder in which to look, and the names to look for below it."""
    parts = Path(pattern).parts
    fixed = next(number for number, part in enumerate(parts) if is_pattern(part))
    wanted = list(parts[fixed:])
    # Two in a row say what one says.
    wanted = [
        part
        for number, part in enumerate(wanted)
        if part != "**" or wanted[number - 1 : number] != ["**"]
    ]
    return Path(*parts[:fixed]), wanted


def matches(names: Sequence[str], wanted: Sequence[str]) -> bool:
    """Return whether a path, or a folder that it lies in, is what a pattern looks for."""
    if not wanted:
        return True
    if wanted[0] == "**":
        return any(matches(names[start:], wanted[1:]) for start in range(len(names) + 1))
    return bool(names) and fnmatchcase(names[0], wanted[0]) and matches(names[1:], wanted[1:])
