"""Where the server's Unix socket is, and whether somebody answers there."""

from __future__ import annotations

import contextlib
import enum
import hashlib
import os
import socket
import stat
import struct
import sys
import tempfile
from pathlib import Path

from assistant.db.embedded import system
from assistant.db.embedded.errors import EmbeddedConfigurationError
from assistant.db.embedded.home import Home

PORT = 5432
NAME = f".s.PGSQL.{PORT}"
#: Bytes of ``sockaddr_un.sun_path`` without the closing zero.
LIMIT = 103 if sys.platform == "darwin" else 107


class Answer(enum.Enum):
    """What a server says to a new connection."""

    READY = "ready"
    BUSY = "starting, stopping or recovering"
    NONE = "nobody listens"


def directory(home: Home) -> Path:
    """Return a directory for the socket that only the server's account (and root) can enter."""
    if _fits(home.cluster):
        return home.cluster
    info = home.cluster.stat()
    # The inode too: a server whose directory was deleted removes its socket by name, later.
    key = f"{home.cluster}\0{info.st_dev}\0{info.st_ino}\0{home.server.uid}"
    name = f"assistant-pg-{hashlib.sha256(os.fsencode(key)).hexdigest()[:16]}"
    for parent in _parents(home):
        if _fits(parent / name):
            owner = (home.server.uid, home.server.gid)
            system.make_directory(parent / name, mode=0o700, owner=owner)
            system.check_owned(parent / name, uid=home.server.uid, private=True)
            return parent / name
    raise EmbeddedConfigurationError(
        f'The path "{home.cluster}" is too long for a Unix socket: at most {LIMIT} bytes with '
        f'"/{NAME}". Set DATA_DIR to a shorter path, or XDG_RUNTIME_DIR or TMPDIR to a short '
        "directory of yours."
    )


def ask(path: Path) -> Answer:
    """Ask for a connection, as pg_isready does: without a password, and leaving at the reply."""
    message = struct.pack("!i", 196608) + b"user\0postgres\0database\0postgres\0\0"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(5)
            client.connect(str(path / NAME))
            client.sendall(struct.pack("!i", len(message) + 4) + message)
            reply = client.recv(4096)
    except TimeoutError:
        return Answer.BUSY
    except OSError:
        return Answer.NONE
    # An error that says "cannot connect now"; any other is for whoever connects to read.
    busy = not reply or (reply[:1] == b"E" and b"\0C57P03\0" in reply)
    return Answer.BUSY if busy else Answer.READY


def clear(path: Path) -> None:
    """Remove the socket and its lock file that a dead server left."""
    for name in (NAME, f"{NAME}.lock"):
        with contextlib.suppress(FileNotFoundError):
            (path / name).unlink()


def _fits(path: Path) -> bool:
    # libpq and the server split lists of directories and hosts at commas.
    listed = any(character in str(path) for character in ',"')
    return not listed and len(os.fsencode(path / NAME)) <= LIMIT


def _parents(home: Home) -> list[Path]:
    if home.server.is_other:
        parent = system.base() / "sockets"
        system.make_directory(parent, mode=0o711)
        system.check_owned(parent, uid=0)
        return [parent]
    found = []
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isabs(runtime):
        with contextlib.suppress(OSError, EmbeddedConfigurationError):
            system.check_owned(Path(runtime), uid=home.server.uid, private=True)
            found.append(Path(runtime))
    temporary = Path(tempfile.gettempdir())
    info = temporary.stat()
    # In a directory that others write without the sticky bit, they could swap ours.
    if not info.st_mode & 0o022 or info.st_mode & stat.S_ISVTX:
        found.append(temporary)
    return found
