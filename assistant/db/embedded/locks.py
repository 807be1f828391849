"""Advisory file locks that the kernel drops at any death, and that no child inherits."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.db.embedded.errors import EmbeddedConfigurationError, EmbeddedServerError

POLL = 0.02

#: Every open lock of this process: a forked child has to close its copies.
_open_locks: set[FileLock] = set()


class FileLock:
    """One open file description of a lock file; `flock` locks belong to the description."""

    def __init__(self, path: Path, *, owner: tuple[int, int] | None = None) -> None:
        """Open or create the file, giving a new one to `owner` (uid, gid) if there is one."""
        self.path = path
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self.fd = os.open(path, flags, 0o600)
        _open_locks.add(self)
        if owner is not None and os.fstat(self.fd).st_uid != owner[0]:
            os.fchown(self.fd, *owner)

    def try_exclusive(self) -> bool:
        """Take the lock alone, or return False; a shared lock held before is then lost."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock together with others, or return False."""
        return self._try(fcntl.LOCK_SH)

    def is_current(self) -> bool:
        """Return whether the path still names this very file."""
        if self.fd < 0:
            return False
        with contextlib.suppress(OSError):
            there, here = os.stat(self.path, follow_symlinks=False), os.fstat(self.fd)
            return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)
        return False

    def close(self) -> None:
        """Close the description; the lock is dropped with its last copy."""
        _open_locks.discard(self)
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def _try(self, operation: int) -> bool:
        try:
            fcntl.flock(self.fd, operation | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                return False
            raise EmbeddedConfigurationError(
                f"{self.path} cannot be locked ({error.strerror}): the embedded server needs a "
                "file system with flock, which some network file systems lack. "
                "Set DATA_DIR to a local directory."
            ) from error
        return True


@contextlib.contextmanager
def exclusive(
    path: Path, *, timeout: float, owner: tuple[int, int] | None = None
) -> Iterator[None]:
    """Hold a file's lock alone, waiting at most `timeout` seconds for it."""
    deadline = time.monotonic() + timeout
    while True:
        lock = FileLock(path, owner=owner)
        try:
            # A file that was deleted or replaced meanwhile locks nobody out.
            if lock.try_exclusive() and lock.is_current():
                yield
                return
        finally:
            lock.close()
        if time.monotonic() > deadline:
            raise EmbeddedServerError(
                f"{path} has been locked by another process for {timeout:g} seconds: it starts or "
                "stops the embedded server and does not finish. End that process and try again."
            )
        time.sleep(POLL)


def _close_inherited() -> None:
    for lock in list(_open_locks):
        lock.close()


os.register_at_fork(after_in_child=_close_inherited)
