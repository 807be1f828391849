"""Running the postmaster: its settings, its log, and the lock it inherits."""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import replace
from pathlib import Path

from assistant.db.embedded import binaries, cluster, environment, logs, process, sockets
from assistant.db.embedded.errors import EmbeddedConfigurationError, EmbeddedServerError
from assistant.db.embedded.home import Home
from assistant.db.embedded.locks import FileLock
from assistant.db.embedded.options import Options
from assistant.db.embedded.process import Postmaster
from assistant.db.embedded.programs import run

DEFAULTS = {
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
}
#: The shell ends at once, so that the server is nobody's child: no zombie in a host process, no
#: stranger for a host that waits for its children.
DETACH = 'exec "$@" >&2 & echo $!'


def launch(home: Home, options: Options, lock: FileLock) -> None:
    """Start the postmaster, which inherits `lock`; the caller holds it and the startup lock."""
    install = binaries.runnable(options.version, home.server)
    settings = dict(options.settings)
    cluster.remove_leftovers(home)
    if not home.cluster.exists():
        sync = settings.get("fsync", "on") != "off"
        cluster.create(home, install, version=options.version, sync=sync)
    pid_file = home.cluster / "postmaster.pid"
    if process.serves(process.named_in(pid_file), home):
        raise EmbeddedConfigurationError(
            f"A server for {home.cluster} runs without {home.server_lock}: the lock file was "
            "deleted or copied. Stop it: kill -INT " + str(process.named_in(pid_file))
        )
    pid_file.unlink(missing_ok=True)
    socket_dir = sockets.directory(home)
    sockets.clear(socket_dir)
    pid = _spawn(home, install, lock, socket_dir=socket_dir, settings=settings)
    process.write(home, Postmaster(pid, process.started(pid), str(socket_dir)))


def record_ready(home: Home, postmaster: Postmaster) -> Postmaster:
    """Remember what the pid file of a server that is ready holds, to repair it one day."""
    path = home.cluster / "postmaster.pid"
    if postmaster.pid_file or process.named_in(path) != postmaster.pid:
        return postmaster
    ready = replace(postmaster, pid_file=path.read_text(encoding="utf-8", errors="replace"))
    process.write(home, ready)
    return ready


def forget_socket(home: Home, postmaster: Postmaster) -> None:
    """Remove the socket's directory if it is one of its own."""
    if Path(postmaster.socket_dir) != home.cluster:
        with contextlib.suppress(OSError):
            Path(postmaster.socket_dir).rmdir()


def _spawn(
    home: Home, install: Path, lock: FileLock, *, socket_dir: Path, settings: dict[str, str]
) -> int:
    command = [
        str(install / "bin" / "postgres"),
        "-D",
        str(home.cluster),
        "-k",
        str(socket_dir),
    ]
    own = {"listen_addresses": "", "port": str(sockets.PORT), "unix_socket_permissions": "0700"}
    for name, value in {**DEFAULTS, **settings, **own}.items():
        command += ["-c", f"{name}={value}"]
    log = logs.opened(home)
    try:
        result = run(
            ["/bin/sh", "-c", DETACH, "sh", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd="/",
            env=environment.for_server(install),
            pass_fds=[lock.fd],
            # Not of the terminal's group: Ctrl-C is for the client.
            start_new_session=True,
            **home.server.process_options(),
        )
    finally:
        os.close(log)
    if not result.stdout.strip().isdigit():
        raise EmbeddedServerError(logs.failure(home, "The server could not be run"))
    return int(result.stdout)
