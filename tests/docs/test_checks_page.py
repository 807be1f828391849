"""docs/checks.md against the ids in the code."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
LEVELS = {"E": "error", "W": "warning"}

# How the code names one: Error(…, id="assistant.E001").
ID = re.compile(r"""\bid=["'](assistant\.[A-Z]\d{3})["']""")


def ids_in_the_code() -> list[str]:
    paths = sorted((ROOT / "assistant").rglob("*.py"))
    return [name for path in paths for name in ID.findall(path.read_text(encoding="utf-8"))]


def test_an_id_is_used_once() -> None:
    assert {name: count for name, count in Counter(ids_in_the_code()).items() if count > 1} == {}


def test_the_page_has_a_line_for_each_id_with_its_level() -> None:
    lines = re.findall(r"^\| `(assistant\.\w+)` \| (\w+) \|", PAGE, re.MULTILINE)

    assert lines == [(name, LEVELS[name[10]]) for name in sorted(ids_in_the_code(), key=number)]


def number(name: str) -> str:
    """Return the part of an id that is counted, whatever its level."""
    return name[11:]
