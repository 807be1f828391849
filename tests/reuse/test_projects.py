"""Two projects with users of their own: every command, every page, every way to delete."""

from dataclasses import replace

import pytest

from tests.contract import catalog
from tests.contract.databases import connect
from tests.reuse.conftest import MakeProject

# Embeddings depend on conversations, so they go with them.
MIGRATE_TO_ZERO = (
    "migrate assistant_conversations zero --verbosity=0",
    "migrate assistant_settings zero --verbosity=0",
)

# One of the projects has it.
AND_THESE = {"own_users": ("migrate assistant_schema zero --verbosity=0",)}

# Enough where transactional tests would show nothing new.
ORDINARY = "--ignore=checks/test_flush.py"

every_project = pytest.mark.parametrize("name", ["django_users", "own_users"])


@every_project
def test_commands(project: MakeProject, empty: str, name: str) -> None:
    host = project(name)

    assert "no issues" in host.manage("check")
    host.manage("migrate", "--verbosity=0")
    said = host.commands("check --database default", "makemigrations --check --dry-run")
    assert "no issues" in said
    assert "No changes detected" in said
    with connect(empty) as client:
        before = catalog.read_all(client)

    host.commands(*MIGRATE_TO_ZERO, *AND_THESE.get(name, ()))
    with connect(empty) as client:
        left = set(catalog.read(client, "columns"))
        assert {table.partition("_")[0] for table in left} <= {"auth", "django", "people"}
        assert catalog.read(client, "functions") == {}

    host.manage("migrate", "--verbosity=0")
    with connect(empty) as client:
        assert catalog.read_all(client) == before


@every_project
def test_use(project: MakeProject, name: str) -> None:
    assert " passed" in project(name).test()


def test_a_project_that_starts_is_migrated_before_its_first_request(
    project: MakeProject, empty: str
) -> None:
    host = project("own_users")

    first, second = host.start(), host.start()

    assert f'Bringing database "{empty}" up to date.' in first
    assert "Applying people.0001_create_people... OK" in first
    assert second == ""
    assert 'Database "default" has the migrations of the code' in host.manage("schema", "status")
    host.test("checks/test_tickets.py")


def test_a_project_without_the_schema_app_has_djangos_command(
    project: MakeProject, empty: str
) -> None:
    host = project("django_users")

    assert "--wait" not in host.manage("migrate", "--help")
    host.manage("migrate", "--verbosity=0")
    with connect(empty) as client:
        assert not [name for name in catalog.read(client, "columns") if name.startswith("schema_")]


def test_the_schema_app_may_come_and_go(project: MakeProject, empty: str) -> None:
    host = project("django_users")
    host.manage("migrate", "--verbosity=0")
    with connect(empty) as client:
        before = catalog.read_all(client)
    later = replace(host, variables={"HOST_EXTRA_APPS": "assistant.schema"})

    assert "2 pending" in later.manage("schema", "status", fails=True)
    later.commands("migrate --verbosity=0", "schema status", "migrate assistant_schema zero")

    with connect(empty) as client:
        assert catalog.read_all(client) == before
    assert "No migrations to apply." in host.manage("migrate")


def test_djangos_own_test_runner(project: MakeProject) -> None:
    said = project("django_users").manage("test", "checks.test_flush", "--keepdb")

    assert "Ran 5 tests" in said


def test_serialized_rollback_by_djangos_test_runner(project: MakeProject) -> None:
    said = project("django_users").manage("test", "checks.serialized", "--keepdb")

    assert "Ran 2 tests" in said


def test_serialized_rollback_by_pytest(project: MakeProject) -> None:
    assert "4 passed" in project("own_users").test("checks/serialized.py")


def test_accounts_beside_another_user_model(project: MakeProject, empty: str) -> None:
    host = project("django_users", variables={"HOST_EXTRA_APPS": "assistant.accounts"})

    host.test(ORDINARY)

    said = host.commands("check", "makemigrations --check --dry-run")
    assert "no issues" in said
    assert "No changes detected" in said
    with connect(empty) as client:
        assert not [name for name in catalog.read(client, "columns") if name.startswith("users")]
    assert "CommandError" in host.manage("quickstart", fails=True)
    host.commands("migrate assistant_accounts zero --verbosity=0", "migrate --verbosity=0")
