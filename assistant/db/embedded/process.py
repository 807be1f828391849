"""Which process the server is: proof, not a number in a file."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.db.embedded.home import Home
from assistant.db.embedded.programs import run

PROC = Path("/proc")


@dataclass(frozen=True)
class Postmaster:
    """The server's first process, and what tells it from a later one with the same number."""

    pid: int
    started: str
    socket_dir: str
    #: What postmaster.pid held when the server was ready.
    pid_file: str = ""

    def is_alive(self) -> bool:
        """Return whether this very process still runs."""
        return bool(self.started) and started(self.pid) == self.started


def started(pid: int) -> str:
    """Return when a process started, unique on this machine, or an empty string."""
    if PROC.joinpath("self").exists():
        with contextlib.suppress(OSError, IndexError):
            # The name of the program is in brackets and may hold anything.
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
            return "" if fields[0] == "Z" else f"{boot} {fields[19]}"
        return ""
    result = run(
        ["ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        env={"PATH": os.defpath, "LC_ALL": "C"},
    )
    return " ".join(result.stdout.split())


def serves(pid: int, home: Home) -> list[str]:
    """Return the command line of a process if it is this cluster's postmaster, else nothing."""
    with contextlib.suppress(OSError):
        directory = PROC / str(pid)
        command = os.fsdecode((directory / "cmdline").read_bytes()).split("\0")
        # Anybody can run something with such a command line, but not as the server's account.
        if (
            Path(command[0]).name == "postgres"
            and command[1:3] == ["-D", str(home.cluster)]
            and directory.stat().st_uid == home.server.uid
        ):
            return command
    return []


def _search(home: Home) -> Postmaster | None:
    """Return the postmaster among all processes; where there is no /proc, nothing."""
    found: dict[int, list[str]] = {}
    with contextlib.suppress(OSError):
        for entry in os.scandir(PROC):
            if entry.name.isdigit() and (command := serves(int(entry.name), home)):
                found[int(entry.name)] = command
    # A backend has its parent's command line until it sets its own title.
    for pid, command in found.items():
        if _parent(pid) not in found:
            return Postmaster(pid, started(pid), command[command.index("-k") + 1])
    return None


def _parent(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    return 0


def read(home: Home) -> Postmaster | None:
    """Return the recorded postmaster, or the one found running if the record is lost."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        found = Postmaster(**json.loads(home.record.read_text(encoding="utf-8")))
        # The record alone is no proof: in a user's directory root would signal what it names.
        if found.is_alive() and (not PROC.joinpath("self").exists() or serves(found.pid, home)):
            return found
    return _search(home)


def write(home: Home, postmaster: Postmaster) -> None:
    """Record the postmaster in place of an earlier one."""
    fresh = home.record.with_name(home.record.name + ".new")
    fresh.unlink(missing_ok=True)
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        if home.owner[0] != os.geteuid():
            os.fchown(fd, *home.owner)
        json.dump(asdict(postmaster), file)
    fresh.replace(home.record)


def named_in(pid_file: Path) -> int:
    """Return the number in a postmaster.pid, or 0: it proves nothing."""
    with contextlib.suppress(OSError, ValueError):
        return max(0, int(pid_file.read_text(encoding="utf-8", errors="replace").split("\n")[0]))
    return 0


def repair(home: Home, postmaster: Postmaster) -> None:
    """Write a damaged postmaster.pid again: a server that finds it wrong stops at once."""
    path = home.cluster / "postmaster.pid"
    if not postmaster.pid_file or named_in(path) == postmaster.pid:
        return
    fresh = path.with_name("postmaster.pid.new")
    fresh.unlink(missing_ok=True)
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        if home.server.is_other:
            os.fchown(fd, home.server.uid, home.server.gid)
        file.write(postmaster.pid_file)
    fresh.replace(path)
