"""Starting, sharing and stopping one embedded server."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import weakref
from pathlib import Path
from typing import Any

from assistant.db.embedded import (
    binaries,
    cluster,
    environment,
    launch,
    logs,
    process,
    sockets,
)
from assistant.db.embedded import home as homes
from assistant.db.embedded.clients import Hold
from assistant.db.embedded.errors import EmbeddedServerError
from assistant.db.embedded.home import Home
from assistant.db.embedded.locks import POLL, FileLock, exclusive
from assistant.db.embedded.options import Options, options
from assistant.db.embedded.process import Postmaster

_servers: weakref.WeakSet[Server] = weakref.WeakSet()


class Server:
    """The server of one data directory, shared with every other process that uses it.

    Nothing happens before the first `ensure_running`. The process then counts as a user of the
    server until it ends or calls `release`.
    """

    def __init__(
        self,
        data_dir: str | os.PathLike[str],
        version: int | None = None,
        *,
        settings: dict[str, Any] | None = None,
        timeout: float | None = None,
    ) -> None:
        self.options: Options = options(
            data_dir=data_dir, version=version, settings=settings, timeout=timeout
        )
        self._mutex = threading.RLock()
        self._hold = Hold()
        self._params: dict[str, str] = {}
        _servers.add(self)

    def ensure_running(self) -> dict[str, str]:
        """Start the server unless it runs, wait until it answers, and return `params`."""
        with self._mutex:
            home = homes.find(self.options.data_dir)
            try:
                self._params = self._start(home)
            except OSError as error:
                raise EmbeddedServerError(
                    f'The embedded server in "{home.path}" cannot be started: {error}.'
                ) from error
            return dict(self._params)

    @property
    def params(self) -> dict[str, str]:
        """Return host, port, user and password, starting the server at the first call."""
        if self._params and self._hold.is_held():
            return dict(self._params)
        return self.ensure_running()

    def conninfo(self, dbname: str = cluster.SUPERUSER) -> str:
        """Return a libpq connection string, password included."""
        quoted = {
            name: value.replace("\\", "\\\\").replace("'", "\\'")
            for name, value in {**self.params, "dbname": dbname}.items()
        }
        return " ".join(f"{name}='{value}'" for name, value in quoted.items())

    def binary(self, name: str) -> Path:
        """Return the path of a program of this PostgreSQL, such as ``pg_dump``."""
        return binaries.installed(self.options.version) / "bin" / name

    def environment(self, dbname: str = cluster.SUPERUSER) -> dict[str, str]:
        """Return the environment in which such a program finds this server."""
        params = self.params
        return environment.for_client(
            PGHOST=params["host"],
            PGPORT=params["port"],
            PGUSER=params["user"],
            PGPASSWORD=params["password"],
            PGDATABASE=dbname,
        )

    def release(self) -> None:
        """Use the server no longer; the last process to do so stops it."""
        with self._mutex:
            home = self._hold.home
            self._params = {}
            try:
                # Of a directory that was deleted or replaced nothing is ours any more.
                if home is None or not self._hold.is_held():
                    return
                with exclusive(home.startup_lock, timeout=self.options.timeout, owner=home.owner):
                    try:
                        if self._hold.is_last():
                            self._stop(home)
                    finally:
                        # Inside: the next one to start must not find the clients' lock taken.
                        self._hold.drop()
            finally:
                self._hold.drop()

    def stop(self) -> None:
        """Stop the server now, whoever else uses it; they start it again when they connect."""
        self._end()

    def destroy(self) -> None:
        """Stop the server and delete its data, also what root keeps outside of ``DATA_DIR``."""
        self._end(remove=True)

    def _end(self, *, remove: bool = False) -> None:
        with self._mutex:
            self._params = {}
            home = homes.existing(self.options.data_dir)
            try:
                if home is None:
                    return
                with exclusive(home.startup_lock, timeout=self.options.timeout, owner=home.owner):
                    self._stop(home)
                    if remove:
                        homes.remove(home, self.options.data_dir)
            finally:
                self._hold.drop()

    def _start(self, home: Home) -> dict[str, str]:
        with exclusive(home.startup_lock, timeout=self.options.timeout, owner=home.owner):
            if home.cluster.exists():
                cluster.check_version(home, self.options.data_dir, version=self.options.version)
            self._hold.take(home, leave=self.release)
            logs.limit(home)
            postmaster = self._running(home)
            process.repair(home, postmaster)
            return {
                "host": postmaster.socket_dir,
                "port": str(sockets.PORT),
                "user": cluster.SUPERUSER,
                "password": cluster.read_password(home),
            }

    def _running(self, home: Home) -> Postmaster:
        """Return the postmaster once it takes connections; the caller has the startup lock."""
        deadline = time.monotonic() + self.options.timeout
        launched = False
        while True:
            lock = FileLock(home.server_lock, owner=home.owner)
            try:
                if lock.try_exclusive():
                    # No process of an earlier server is left, whatever its files say.
                    if launched:
                        raise EmbeddedServerError(logs.failure(home, "The server ended"))
                    launch.launch(home, self.options, lock)
                    launched = True
                    deadline = time.monotonic() + self.options.timeout
            finally:
                lock.close()
            postmaster = process.read(home)
            answer = sockets.Answer.NONE
            if postmaster is not None:
                answer = sockets.ask(Path(postmaster.socket_dir))
                if answer is sockets.Answer.READY:
                    return launch.record_ready(home, postmaster)
            if time.monotonic() > deadline:
                raise EmbeddedServerError(_stuck(home, postmaster, answer, self.options.timeout))
            time.sleep(POLL)

    def _stop(self, home: Home) -> None:
        """Stop the server and wait for its end; the caller has the startup lock."""
        deadline = time.monotonic() + self.options.timeout
        postmaster: Postmaster | None = None
        while True:
            lock = FileLock(home.server_lock, owner=home.owner)
            try:
                if lock.try_exclusive():
                    home.record.unlink(missing_ok=True)
                    if postmaster is not None:
                        launch.forget_socket(home, postmaster)
                    return
            finally:
                lock.close()
            if postmaster is None:
                postmaster = process.read(home)
                if postmaster is not None:
                    # Fast: sessions end, everything is written. The number is proven to be ours.
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(postmaster.pid, signal.SIGINT)
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"The embedded server did not stop in {self.options.timeout:g} seconds; its "
                    f'log is "{home.log}".'
                )
            time.sleep(POLL)


def _stuck(
    home: Home, postmaster: Postmaster | None, answer: sockets.Answer, timeout: float
) -> str:
    if postmaster is None:
        return (
            f"Processes of an embedded server that was killed hold {home.server_lock} after "
            f"{timeout:g} seconds. Wait for their queries, or end them, and try again."
        )
    return logs.failure(
        home,
        f"The server (process {postmaster.pid}) takes no connections after {timeout:g} seconds: "
        f"{answer.value}",
    )


def _renew() -> None:
    # Another thread of the parent may have held the mutex at the fork.
    for server in list(_servers):
        server._mutex = threading.RLock()


os.register_at_fork(after_in_child=_renew)
