"""Processes that use an embedded server, and a look at the server from outside."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

PROJECT = Path(__file__).with_name("project.py")
DEADLINE = 120.0
#: The data is thrown away: it need not survive a power cut.
FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB"}


def database(data_dir: Path, **changes: Any) -> dict[str, Any]:
    """Return an entry of DATABASES; keys in capitals of EMBEDDED go there."""
    embedded: dict[str, Any] = {"DATA_DIR": str(data_dir), "VERSION": 18, "SETTINGS": FAST}
    inner = {key: changes.pop(key) for key in list(changes) if key in (*embedded, "TIMEOUT")}
    return {
        "ENGINE": "assistant.db.embedded",
        "NAME": "project",
        "EMBEDDED": {**embedded, **inner},
        **changes,
    }


def environment(settings: dict[str, Any], **variables: str) -> dict[str, str]:
    """Return an environment for the project, without the one of the test run's own database."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PG", "DJANGO_", "PYTEST"))}
    return {**kept, "PROJECT_DATABASE": json.dumps(settings), **variables}


def run(
    settings: dict[str, Any],
    *arguments: str,
    env: dict[str, str] | None = None,
    uid: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the project to its end, as `uid`: a management command, or ``-c`` and code."""
    uid = os.geteuid() if uid is None else uid
    return subprocess.run(
        [sys.executable, str(PROJECT), *arguments],
        env=environment(settings, PROJECT_UID=str(uid), **(env or {})),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def value(settings: dict[str, Any], statement: str, **options: Any) -> str:
    """Return the first value of a statement that a process of its own executes, quietly."""
    result = run(settings, "-c", f"print(query({statement!r}))", **options)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    return result.stdout.strip()


class Client:
    """A process that runs code until it is told to leave."""

    def __init__(self, settings: dict[str, Any], uid: int | None = None) -> None:
        uid = os.geteuid() if uid is None else uid
        self.process = subprocess.Popen(
            [sys.executable, str(PROJECT), "-i"],
            env=environment(settings, PROJECT_UID=str(uid)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def send(self, code: str) -> None:
        """Run code without waiting for its answer."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(code) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """Return what code sent before came to."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the process ended"
        answer = json.loads(line)
        assert "error" not in answer, answer.get("trace")
        return answer["result"]

    def run(self, code: str) -> Any:
        """Run code and return what it came to."""
        self.send(code)
        return self.answer()

    def leave(self) -> None:
        """End the process as a program ends, which must be quiet."""
        _, errors = self.process.communicate(timeout=DEADLINE)
        assert (self.process.returncode, errors) == (0, "")

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.communicate()


def home(data_dir: Path) -> Path:
    """Return the directory with the cluster: `data_dir`, or where its link leads."""
    link = data_dir / "elsewhere"
    return Path(os.readlink(link)) if link.is_symlink() else data_dir


def servers(data_dir: Path) -> list[int]:
    """Return the process numbers of the postmasters of a data directory, which should be one."""
    cluster = str(home(data_dir) / "cluster")
    listing = subprocess.run(
        ["ps", "-axww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=2) for line in listing.stdout.splitlines()]
    found = {
        int(row[0]): int(row[1])
        for row in rows
        if len(row) == 3 and "bin/postgres -D" in row[2] and f" {cluster} " in f"{row[2]} "
    }
    return [pid for pid, parent in found.items() if parent not in found]


def server(data_dir: Path) -> int:
    """Return the one postmaster's process number."""
    (pid,) = servers(data_dir)
    return pid


def wait_until(condition: Callable[[], Any], what: str) -> None:
    """Wait until a condition holds, or fail."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"still waiting: {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Return whether a process number is somebody's."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False
