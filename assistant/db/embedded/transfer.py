"""Moving all databases of a data directory into a file and back, across versions."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

from assistant.db.embedded import cluster
from assistant.db.embedded import home as homes
from assistant.db.embedded.errors import EmbeddedConfigurationError, EmbeddedServerError
from assistant.db.embedded.programs import run
from assistant.db.embedded.server import Server

#: The one statement that may fail: the new cluster has its own superuser, and password.
EXPECTED = f'role "{cluster.SUPERUSER}" already exists'


def dump(data_dir: Path, file: Path) -> None:
    """Write every database and role to a new file, with the PostgreSQL that made them."""
    if not data_dir.is_dir():
        raise EmbeddedConfigurationError(f'DATA_DIR "{data_dir}" does not exist.')
    home = homes.find(data_dir)
    if not home.cluster.exists():
        raise EmbeddedConfigurationError(f'DATA_DIR "{data_dir}" holds no database.')
    server = Server(data_dir, cluster.made_by_version(home, data_dir))
    try:
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EmbeddedConfigurationError(
            f'"{file}" cannot be made: {error.strerror}. Name a file that does not exist.'
        ) from error
    try:
        with os.fdopen(fd, "wb") as output:
            _run(server, "pg_dumpall", "--no-role-passwords", stdout=output.fileno())
            output.flush()
            os.fsync(fd)
    except BaseException:
        with contextlib.suppress(OSError):
            file.unlink()
        raise
    finally:
        server.release()


def restore(data_dir: Path, file: Path, *, version: int | None = None) -> None:
    """Read such a file into a data directory that has no databases yet."""
    if not file.is_file():
        raise EmbeddedConfigurationError(f'"{file}" does not exist.')
    server = Server(data_dir, version)
    query = (
        "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> current_database()"
    )
    try:
        found = _run(server, "psql", "-X", "-At", "-c", query, stdout=subprocess.PIPE).split()
        if found:
            raise EmbeddedConfigurationError(
                f'DATA_DIR "{data_dir}" already holds the database "{found[0]}". Restore into a '
                "new directory."
            )
        _run(server, "psql", "-X", "-q", "-f", str(file), stdout=subprocess.DEVNULL)
    finally:
        server.release()


def _run(server: Server, program: str, *arguments: str, stdout: int) -> str:
    result = run(
        [str(server.binary(program)), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=server.environment(),
    )
    problems = [
        line
        for line in result.stderr.splitlines()
        if ("ERROR:" in line or "FATAL:" in line or "error:" in line) and EXPECTED not in line
    ]
    if result.returncode or problems:
        raise EmbeddedServerError(
            f"{program} failed, what it wrote is incomplete; remove that and try again:\n"
            + "\n".join(problems[:5] or result.stderr.splitlines()[-5:])
        )
    return result.stdout or ""
