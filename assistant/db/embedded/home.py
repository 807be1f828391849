"""The directory that holds locks, password and cluster: ``DATA_DIR`` or where it points."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from assistant.db.embedded import system
from assistant.db.embedded.errors import EmbeddedConfigurationError
from assistant.db.embedded.users import ServerUser, server_user

LINK = "elsewhere"
BACK = "data_dir"
#: What a directory of ours may hold before it has a cluster.
OWN_NAMES = frozenset({"startup.lock", "clients.lock", "server.lock", "server.json"}) | {
    "server.json.new",
    "server.log",
    "server.log.1",
    "password",
    LINK,
    BACK,
}
TEMPORARY = "initdb-"


@dataclass(frozen=True)
class Home:
    """A directory of ours, whose user owns its files, and the account of its server."""

    path: Path
    owner: tuple[int, int]
    server: ServerUser

    @property
    def cluster(self) -> Path:
        """Return PostgreSQL's data directory."""
        return self.path / "cluster"

    @property
    def startup_lock(self) -> Path:
        """Return the lock of whoever starts or stops the server."""
        return self.path / "startup.lock"

    @property
    def clients_lock(self) -> Path:
        """Return the lock that every process using the server shares."""
        return self.path / "clients.lock"

    @property
    def server_lock(self) -> Path:
        """Return the lock that the server's processes inherit."""
        return self.path / "server.lock"

    @property
    def record(self) -> Path:
        """Return the note of which process the server is."""
        return self.path / "server.json"

    @property
    def log(self) -> Path:
        """Return the server's log."""
        return self.path / "server.log"

    @property
    def password(self) -> Path:
        """Return the file with the superuser's password."""
        return self.path / "password"


def find(data_dir: Path) -> Home:
    """Return the home of a data directory, making an empty one where there is none."""
    try:
        _make(data_dir)
        link = data_dir / LINK
        if link.is_symlink():
            return _follow(data_dir, link)
        home = _home(data_dir)
        if home.server.is_other and not _reachable(home):
            return _relocate(data_dir, link)
    except OSError as error:
        raise EmbeddedConfigurationError(
            f'DATA_DIR "{data_dir}" cannot be used: {error.strerror} ({error.filename}).'
        ) from error
    return home


def existing(data_dir: Path) -> Home | None:
    """Return the home of a data directory if it has one, making nothing."""
    link = data_dir / LINK
    try:
        if link.is_symlink():
            return _follow(data_dir, link)
        return _home(data_dir) if (data_dir / "startup.lock").exists() else None
    except OSError as error:
        raise EmbeddedConfigurationError(
            f'DATA_DIR "{data_dir}" cannot be used: {error.strerror} ({error.filename}).'
        ) from error


def remove(home: Home, data_dir: Path) -> None:
    """Delete what `find` and the server made; the caller has stopped the server."""
    for entry in list(os.scandir(home.path)):
        if entry.name == "cluster" or entry.name.startswith(TEMPORARY):
            shutil.rmtree(entry.path)
        elif entry.name in OWN_NAMES:
            os.unlink(entry.path)
    (data_dir / LINK).unlink(missing_ok=True)
    for path in {home.path, data_dir}:
        # Only if nobody else put something there.
        with contextlib.suppress(OSError):
            path.rmdir()


def _make(data_dir: Path) -> None:
    """Make or check the directory: ours, writable, and holding nothing of somebody else."""
    if not data_dir.exists():
        for parent in reversed(data_dir.parents):
            # Not makedirs: with umask 0 it would make parents that anybody can write.
            with contextlib.suppress(FileExistsError):
                if not parent.exists():
                    parent.mkdir(mode=0o755)
        system.make_directory(data_dir, mode=0o711 if os.geteuid() == 0 else 0o700)
    if not data_dir.is_dir():
        raise EmbeddedConfigurationError(f'DATA_DIR "{data_dir}" is not a directory.')
    info = data_dir.stat()
    if os.geteuid() not in (0, info.st_uid):
        raise EmbeddedConfigurationError(
            f'DATA_DIR "{data_dir}" belongs to user id {info.st_uid}, not to yours '
            f"({os.geteuid()}). Run as that user, or set another DATA_DIR."
        )
    names = {entry.name for entry in os.scandir(data_dir)}
    if not names and info.st_mode & 0o022:
        # Taken over while empty; only ever closed further.
        data_dir.chmod(stat.S_IMODE(info.st_mode) & ~0o022)
    elif info.st_mode & 0o002:
        raise EmbeddedConfigurationError(
            f'DATA_DIR "{data_dir}" can be written by anybody: run chmod o-w on it.'
        )
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise EmbeddedConfigurationError(f'DATA_DIR "{data_dir}" is not writable.')
    _refuse_foreign(data_dir, names)


def _refuse_foreign(data_dir: Path, names: set[str]) -> None:
    if "PG_VERSION" in names:
        raise EmbeddedConfigurationError(
            f'DATA_DIR "{data_dir}" is the data directory of a PostgreSQL server, not one that '
            "this engine made. Set DATA_DIR to a new directory."
        )
    ours = (data_dir / "cluster" / "PG_VERSION").exists()
    foreign = sorted(n for n in names - OWN_NAMES if not n.startswith(TEMPORARY))
    if foreign and not ours:
        raise EmbeddedConfigurationError(
            f'DATA_DIR "{data_dir}" is not empty (it holds {foreign[0]!r}) and holds no database '
            "of this engine. Set DATA_DIR to a new or an empty directory."
        )


def _home(path: Path) -> Home:
    info = path.stat()
    cluster = path / "cluster"
    owners = [cluster.lstat().st_uid] if cluster.is_dir() and not cluster.is_symlink() else []
    user = server_user(*owners, info.st_uid)
    return Home(path=path, owner=(info.st_uid, info.st_gid), server=user)


def _reachable(home: Home) -> bool:
    if home.server.can("-x", home.path):
        return True
    if home.cluster.exists() or home.owner[0] != 0:
        raise EmbeddedConfigurationError(
            f'The account "{home.server.name}", which runs the server for root, cannot reach '
            f'"{home.path}": a directory above it is closed to it (see: namei -l {home.path}).'
        )
    return False


def _relocate(data_dir: Path, link: Path) -> Home:
    """Make a home among root's own directories; only the link in `data_dir` knows its name."""
    clusters = system.base() / "clusters"
    system.make_directory(clusters, mode=0o711)
    system.check_owned(clusters, uid=0)
    path = clusters / secrets.token_hex(8)
    system.make_directory(path, mode=0o711)
    _write_back(path / BACK, data_dir)
    try:
        link.symlink_to(path)
    except FileExistsError:
        # Another process was faster.
        (path / BACK).unlink()
        path.rmdir()
    return _follow(data_dir, link)


def _follow(data_dir: Path, link: Path) -> Home:
    path = Path(os.readlink(link))
    if os.geteuid() != 0 or data_dir.stat().st_uid != 0 or path.parent.parent not in system.BASES:
        raise EmbeddedConfigurationError(
            f'"{link}" points to a database of root: run as root, or set another DATA_DIR.'
        )
    if not path.is_dir():
        raise EmbeddedConfigurationError(
            f'The database of DATA_DIR "{data_dir}" was in "{path}", which is gone. Remove '
            f'"{link}" to begin with an empty database.'
        )
    system.check_owned(path.parent, uid=0)
    system.check_owned(path, uid=0)
    back = path / BACK
    known = Path(back.read_text(encoding="utf-8", errors="surrogateescape"))
    if known != data_dir:
        other = known / LINK
        if other.is_symlink() and os.readlink(other) == str(path):
            raise EmbeddedConfigurationError(
                f'DATA_DIR "{data_dir}" is a copy of "{known}", to which the database in "{path}" '
                f'belongs. Remove "{link}" to begin with an empty database.'
            )
        # The directory was moved: the link came along, and the old place no longer has one.
        fresh = back.with_suffix(".new")
        _write_back(fresh, data_dir)
        fresh.replace(back)
    return _home(path)


def _write_back(path: Path, data_dir: Path) -> None:
    """Note which data directory a home belongs to, for root's eyes whatever the umask."""
    path.unlink(missing_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(str(data_dir))
