"""Running programs: all of them are named by this package, none by a user."""

from __future__ import annotations

import subprocess
from typing import Any


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program to its end and return what it wrote, whatever its exit status."""
    return subprocess.run(command, check=False, text=True, errors="replace", **options)  # noqa: S603
