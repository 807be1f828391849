"""Data directories: one with a cluster for the whole run, and empty ones."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.db.embedded import Server
from assistant.db.embedded.binaries import installed
from assistant.db.embedded.errors import EmbeddedConfigurationError
from assistant.db.embedded.users import ServerUser
from tests.db.embedded import support


@contextlib.contextmanager
def _place() -> Iterator[Path]:
    """Make a directory that the server's account can reach, and clean up whatever is in it."""
    # Not tmp_path: that is closed to everybody but its user, and long.
    place = Path(tempfile.mkdtemp(prefix="embedded-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        for data_dir in place.iterdir():
            with contextlib.suppress(EmbeddedConfigurationError):
                Server(data_dir).destroy()
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Path]:
    """Return a short path of an empty directory that everybody can enter."""
    with _place() as place:
        yield place


@pytest.fixture(scope="session")
def _clusters() -> Iterator[Path]:
    with _place() as place:
        yield place


@pytest.fixture(params=[18], ids=["18"])
def version(request: pytest.FixtureRequest) -> int:
    """Return the PostgreSQL version; tests of start, stop and healing take both."""
    return int(request.param)


@pytest.fixture
def data_dir(_clusters: Path, version: int) -> Iterator[Path]:
    """Return a data directory that may hold a cluster, whose server does not run."""
    data_dir = _clusters / str(version)
    yield data_dir
    if data_dir.exists():
        Server(data_dir, version).stop()
        assert support.servers(data_dir) == []


@pytest.fixture
def ordinary() -> int:
    """Return the user id of an account that is not root."""
    if os.geteuid() != 0:
        return os.geteuid()
    user = ServerUser(uid=65534, gid=65534, name="nobody")
    if not user.can("-x", installed(18) / "bin" / "postgres"):
        pytest.skip("an ordinary user cannot reach the installed PostgreSQL")
    return user.uid
