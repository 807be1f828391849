"""Making a cluster: initdb beside its place, a random password, and then a rename."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
from pathlib import Path

from assistant.db.embedded import environment, system
from assistant.db.embedded.errors import EmbeddedConfigurationError, EmbeddedServerError
from assistant.db.embedded.home import TEMPORARY, Home
from assistant.db.embedded.programs import run

SUPERUSER = "postgres"
#: Character types without a locale of the system (17 and later), else the first one it has.
#: Sorting is by code point everywhere, so that moving data does not invalidate an index.
BUILTIN = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
LIBC = tuple(
    ("--locale=C", f"--lc-ctype={name}") for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "C")
)


def create(home: Home, install: Path, *, version: int, sync: bool = True) -> None:
    """Make the cluster; whenever this is killed, what is left is no cluster yet."""
    # Without a cluster it is the password of nothing.
    home.password.unlink(missing_ok=True)
    password = secrets.token_urlsafe(24)
    temporary = home.path / f"{TEMPORARY}{secrets.token_hex(4)}"
    owner = (home.server.uid, home.server.gid)
    system.make_directory(temporary, mode=0o700, owner=owner)
    try:
        _initdb(home, install, temporary, password=password, version=version, sync=sync)
        _write_private(home.password, password, owner=home.owner)
        temporary.rename(home.cluster)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    _sync_directory(home.path)


def remove_leftovers(home: Home) -> None:
    """Delete what a killed `create` left; its initdb may have written on after the last try."""
    for leftover in home.path.glob(f"{TEMPORARY}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def made_by_version(home: Home, data_dir: Path) -> int:
    """Return which PostgreSQL made the cluster."""
    try:
        return int((home.cluster / "PG_VERSION").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EmbeddedConfigurationError(
            f'"{home.cluster}" is damaged: its PG_VERSION cannot be read ({error}). Restore it '
            f'from a backup, or move "{data_dir}" away to begin with an empty database.'
        ) from error


def check_version(home: Home, data_dir: Path, *, version: int) -> None:
    """Raise unless the cluster was made by this PostgreSQL, saying how to move the data."""
    made_by = made_by_version(home, data_dir)
    if made_by == version:
        return
    here, old, dump = (
        shlex.quote(f"{data_dir}{suffix}") for suffix in ("", f"-{made_by}", f"-{made_by}.sql")
    )
    tool = "python -m assistant.db.embedded"
    raise EmbeddedConfigurationError(
        f'DATA_DIR "{data_dir}" was made by PostgreSQL {made_by}, and VERSION is {version}: '
        f'set "VERSION": {made_by} to stay with it, or move the data:\n'
        f"  {tool} dump {here} {dump}\n"
        f"  mv {here} {old}\n"
        f"  {tool} restore --version {version} {here} {dump}"
    )


def read_password(home: Home) -> str:
    """Return the superuser's password."""
    try:
        return home.password.read_text(encoding="utf-8")
    except OSError as error:
        raise EmbeddedConfigurationError(
            f'The password of the embedded server cannot be read from "{home.password}" '
            f"({error.strerror}). Restore that file, or move the directory away to begin with an "
            "empty database."
        ) from error


def _initdb(
    home: Home, install: Path, target: Path, *, password: str, version: int, sync: bool
) -> None:
    command = [
        str(install / "bin" / "initdb"),
        f"--pgdata={target}",
        f"--username={SUPERUSER}",
        "--auth=scram-sha-256",
        "--pwfile=/dev/stdin",
        "--encoding=UTF8",
        "--text-search-config=english",
        *(() if sync else ("--no-sync",)),
    ]
    output = ""
    for locale in (BUILTIN,) if version >= 17 else LIBC:
        result = _run([*command, *locale], home, install, stdin=password)
        if result.returncode == 0:
            return
        output = result.stdout.strip()
        if "locale" not in output:
            break
    raise EmbeddedServerError(
        f'initdb could not make a database in "{home.path}":\n' + "\n".join(output.split("\n")[-5:])
    )


def _run(
    command: list[str], home: Home, install: Path, *, stdin: str
) -> subprocess.CompletedProcess[str]:
    reader, writer = os.pipe()
    try:
        with os.fdopen(writer, "w", encoding="utf-8") as pipe:
            pipe.write(stdin + "\n")
        if home.server.is_other:
            # /dev/stdin is opened anew, which only the owner of a pipe may do.
            os.fchown(reader, home.server.uid, home.server.gid)
        return run(
            command,
            stdin=reader,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment.for_server(install),
            start_new_session=True,
            **home.server.process_options(),
        )
    finally:
        os.close(reader)


def _write_private(path: Path, text: str, *, owner: tuple[int, int]) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        if owner[0] != os.geteuid():
            os.fchown(fd, *owner)
        file.write(text)
        file.flush()
        os.fsync(fd)


def _sync_directory(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
