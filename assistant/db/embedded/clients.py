"""Who uses a server: every process holds a shared lock, the last one to leave stops it."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import time
from collections.abc import Callable

from assistant.db.embedded.home import Home
from assistant.db.embedded.locks import POLL, FileLock

#: What this process has to do at its end.
_leaving: dict[int, Callable[[], None]] = {}
#: The processes, ancestors included, that leave at their end.
_registered: set[int] = set()


class Hold:
    """This process's share in the clients' lock."""

    def __init__(self) -> None:
        self._lock: FileLock | None = None
        self.home: Home | None = None

    def is_held(self) -> bool:
        """Return whether this process (not its parent) is counted, in a lock that still exists."""
        return self._lock is not None and self._lock.is_current()

    def take(self, home: Home, *, leave: Callable[[], None]) -> None:
        """Count this process; the caller has the startup lock. `leave` is called at exit."""
        if self.is_held() and self.home == home:
            return
        self.drop()
        lock = FileLock(home.clients_lock, owner=home.owner)
        try:
            # Held alone only under the startup lock, but a fork elsewhere may copy it for a moment.
            while not lock.try_shared():
                time.sleep(POLL)
        except BaseException:
            lock.close()
            raise
        self._lock, self.home = lock, home
        _leaving[id(self)] = leave
        _register()

    def is_last(self) -> bool:
        """Return whether nobody else is counted; the caller has the startup lock."""
        return self._lock is not None and self._lock.try_exclusive()

    def drop(self) -> None:
        """Count this process no longer."""
        _leaving.pop(id(self), None)
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()


def leave_all() -> None:
    """Leave every server this process uses; nothing here may disturb an exit."""
    for leave in list(_leaving.values()):
        with contextlib.suppress(Exception):
            leave()


def _register() -> None:
    if os.getpid() in _registered:
        return
    if not _registered:
        # A forked child inherits it.
        atexit.register(leave_all)
    _registered.add(os.getpid())
    process, util = map(sys.modules.get, ("multiprocessing.process", "multiprocessing.util"))
    if process is not None and util is not None and process.parent_process() is not None:
        # Children that multiprocessing forks end without atexit.
        util.Finalize(None, leave_all, exitpriority=-100)


if hasattr(os, "register_at_fork"):
    # The child's copies of the locks are closed by the lock module.
    os.register_at_fork(after_in_child=_leaving.clear)
