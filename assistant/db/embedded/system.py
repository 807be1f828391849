"""Root's own directory, for what the server's account could not reach elsewhere."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from assistant.db.embedded.errors import EmbeddedConfigurationError

#: Tried in this order; the second is for machines whose /var/lib is read-only.
BASES = (Path("/var/lib/assistant-postgresql"), Path("/var/tmp/assistant-postgresql-root"))  # noqa: S108


def base() -> Path:
    """Return root's directory, made if needed, that nobody else can have made or can write."""
    problems = []
    for path in BASES:
        try:
            make_directory(path, mode=0o755)
            check_owned(path, uid=0)
        except (OSError, EmbeddedConfigurationError) as error:
            problems.append(str(error))
            continue
        return path
    raise EmbeddedConfigurationError(
        "Root needs a directory of its own for the embedded server, and none can be used: "
        + "; ".join(problems)
    )


def make_directory(path: Path, *, mode: int, owner: tuple[int, int] | None = None) -> bool:
    """Make a directory with exactly this mode, whatever the umask; return False if it exists."""
    try:
        path.mkdir(mode=mode & 0o700)
    except FileExistsError:
        return False
    # Through a descriptor: whoever owns the parent may have put something else there by now.
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if owner is not None and owner[0] != os.geteuid():
            os.fchown(fd, *owner)
        os.fchmod(fd, mode)
    finally:
        os.close(fd)
    return True


def check_owned(path: Path, *, uid: int, private: bool = False) -> None:
    """Raise unless this is a real directory of `uid` that others cannot write (or even read)."""
    info = path.lstat()
    if not stat.S_ISDIR(info.st_mode):
        problem = "is not a directory"
    elif info.st_uid != uid:
        problem = f"belongs to user id {info.st_uid}, not {uid}"
    elif private and stat.S_IMODE(info.st_mode) != 0o700:
        problem = f"has mode {stat.S_IMODE(info.st_mode):o}, not 700"
    elif info.st_mode & 0o022:
        problem = f"can be written by others (mode {stat.S_IMODE(info.st_mode):o})"
    else:
        return
    raise EmbeddedConfigurationError(
        f"{path} {problem}: somebody else may have made it. Look at it and remove it."
    )
