"""The package, built and installed once; databases and roles for the projects that use it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract import databases
from tests.contract.databases import database
from tests.reuse import projects, wheel
from tests.reuse.projects import Project

# The projects' own tests run inside the projects.
collect_ignore = ["hosts"]

MakeProject = Callable[..., Project]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of the wheel and its installation, the same for all workers."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    directory = base / "reuse"
    directory.mkdir(exist_ok=True)
    with wheel.only_once(directory, "installed") as missing:
        if missing:
            wheel.install(wheel.build(directory), directory / "site")
    return directory


@pytest.fixture(scope="session")
def built(shared: Path) -> Path:
    """Return the wheel."""
    [path] = shared.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def package(shared: Path) -> Path:
    """Return the directory that the wheel is installed into."""
    return shared / "site"


@pytest.fixture
def empty(django_db_setup: None) -> Iterator[str]:
    """Name an empty database of this test alone."""
    with database("reuse") as name:
        yield name


@pytest.fixture
def project(package: Path, empty: str, tmp_path: Path) -> MakeProject:
    """Return a function that copies a project by name; keywords are those of ``Project``."""

    def make(name: str, **fields: Any) -> Project:
        return Project(projects.copy(name, tmp_path), package, empty, **fields)

    return make


@pytest.fixture
def role(empty: str) -> Iterator[str]:
    """Name a role that may make tables in the public schema of the database, and no extension."""
    with databases.role(empty, "GRANT USAGE, CREATE ON SCHEMA public TO {}") as name:
        yield name
