"""Databases to break, and what they must be like afterwards."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.contract.databases import MAINTENANCE, connect, database, role
from tests.schema.faults.servers import fresh, server
from tests.schema.faults.support import Whole, migrate, url

__all__ = ["fresh", "server"]

HALF = [("assistant_conversations", "0002"), ("assistant_accounts", "0002")]

USED_BY = """
SELECT datname FROM pg_database AS d WHERE EXISTS (
    SELECT FROM pg_shdepend AS s JOIN pg_roles AS r ON r.oid = s.refobjid
    WHERE r.rolname = %s AND (s.dbid = d.oid OR s.objid = d.oid)
)
"""


@pytest.fixture(scope="session")
def is_long(request: pytest.FixtureRequest) -> bool:
    """Return whether the long version is asked for."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(autouse=True)
def unblocked(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let tests read where the server is."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def session_stack(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ExitStack]:
    """Return what is closed at the end."""
    with django_db_blocker.unblock(), ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def whole_template(session_stack: ExitStack) -> str:
    """Name a database that one undisturbed process migrated; copied, never connected to."""
    name = session_stack.enter_context(database("whole"))
    result = migrate(url(name))
    assert result.code == 0, result
    return name


@pytest.fixture(scope="session")
def whole(whole_template: str) -> Whole:
    """Return what such a database is like."""
    with connect(whole_template) as client:
        return Whole.read(client)


@pytest.fixture(scope="session")
def half_template(session_stack: ExitStack) -> str:
    """Name a database some of whose migrations are applied; copied, never connected to."""
    name = session_stack.enter_context(database("half"))
    for node in HALF:
        result = migrate(url(name), *node)
        assert result.code == 0, result
    return name


@pytest.fixture(scope="session")
def statements(session_stack: ExitStack, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return the number of statements with which a process migrates an empty database."""
    to = tmp_path_factory.mktemp("count") / "statements"
    with database("counted") as name:
        result = migrate(url(name), fault={"do": "count", "to": str(to)})
    assert result.code == 0, result
    return int(Path(to).read_text())


@pytest.fixture
def make() -> Iterator[Callable[..., str]]:
    """Return what makes a database, empty or as another one is."""
    with ExitStack() as stack:
        numbers = iter(range(100))

        def make(template: str | None = None) -> str:
            label = f"fault{next(numbers)}"
            return stack.enter_context(database(label, template=template))

        yield make


@pytest.fixture
def login(unblocked: None) -> Iterator[str]:
    """Name a role that logs in with the password "secret", and has no rights."""
    with role(MAINTENANCE, "ALTER ROLE {} LOGIN PASSWORD 'secret'") as name:
        yield name
        # They go with what the role has in them.
        with connect(MAINTENANCE, autocommit=True) as client:
            for (used,) in client.execute(USED_BY, [name]).fetchall():
                client.execute(f'DROP DATABASE "{used}" WITH (FORCE)')
