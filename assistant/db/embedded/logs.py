"""The server's log: opened for it, kept from growing, and quoted in errors."""

from __future__ import annotations

import contextlib
import os
import shutil

from assistant.db.embedded.home import Home

LIMIT = 10 * 1024 * 1024
FLAGS = os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


def opened(home: Home, flags: int = os.O_WRONLY) -> int:
    """Return a descriptor of the log, made if needed, for the server to append to."""
    fd = os.open(home.log, flags | FLAGS, 0o600)
    if home.owner[0] != os.geteuid():
        os.fchown(fd, *home.owner)
    return fd


def limit(home: Home) -> None:
    """Move what a long log holds aside; the caller has the startup lock.

    It is emptied, not renamed: a server that runs goes on appending to the same file.
    """
    with contextlib.suppress(FileNotFoundError):
        if home.log.lstat().st_size <= LIMIT:
            return
        earlier = home.log.with_name(f"{home.log.name}.1")
        earlier.unlink(missing_ok=True)
        target = os.open(earlier, os.O_WRONLY | os.O_EXCL | FLAGS, 0o600)
        with os.fdopen(target, "wb") as new, os.fdopen(opened(home, os.O_RDWR), "rb") as old:
            if home.owner[0] != os.geteuid():
                os.fchown(target, *home.owner)
            shutil.copyfileobj(old, new)
            os.ftruncate(old.fileno(), 0)


def failure(home: Home, what: str) -> str:
    """Return a message with the end of the log."""
    try:
        lines = home.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
    except OSError:
        lines = []
    return "\n  ".join([f'{what}. The end of its log, "{home.log}":', *lines])
