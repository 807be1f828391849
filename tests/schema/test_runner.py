"""``MigrationRunner``, in a process without Django and in this one."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

from assistant.schema import MigrationRunner
from assistant.schema.errors import MigrationError
from tests.contract import catalog
from tests.contract.databases import connect, url
from tests.schema.support import plain_alias

ROOT = Path(__file__).parents[2]

PLAIN = """
import asyncio, json, sys
from assistant.schema import MigrationRunner

async def main():
    runner = MigrationRunner(sys.argv[1])
    first = await runner.run_migrations()
    again = await runner.run_migrations()
    back = await runner.rollback("assistant_settings", "0002")
    pending = [each.name for each in await runner.status() if each.state == "pending"]
    rest = await runner.run_migrations()
    print(json.dumps([first, again, back, pending, rest]))

asyncio.run(main())
"""

# Of apps that the project has, and a runner by itself does not.
ONLY_IN_PROJECTS = {"django_admin_log", "django_session"}


def in_plain_python(code, *arguments):
    """Run code in a process that knows nothing of Django's settings."""
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_django_around(empty):
    done = in_plain_python(PLAIN, url(empty))

    assert done.returncode == 0, done.stderr
    first, again, back, pending, rest = json.loads(done.stdout)
    assert first[0] == "assistant_schema.0001_create_schema_migrations"
    assert "assistant_embeddings.0005_guard_vectors" in first
    assert again == []
    assert back == [
        "assistant_settings.0004_keep_one_default",
        "assistant_settings.0003_insert_default_settings",
    ]
    assert rest == back[::-1]
    assert [f"assistant_settings.{name}" for name in pending] == rest


def test_it_makes_what_the_project_makes(empty, migrated):
    done = in_plain_python(PLAIN, url(empty))
    assert done.returncode == 0, done.stderr

    with connect(empty) as client, connect(migrated) as other:
        for kind in ("columns", "constraints", "indexes", "triggers"):
            project = catalog.read(other, kind)
            expected = {k: v for k, v in project.items() if k not in ONLY_IN_PROJECTS}
            assert catalog.read(client, kind) == expected


def test_importing_it_needs_no_django():
    code = "import sys; from assistant.schema import MigrationRunner; MigrationRunner('x')"

    assert in_plain_python(code).returncode == 0


@pytest.mark.parametrize(
    "address, said",
    [
        ("mysql://u@h/n", "does not name a PostgreSQL database"),
        ("postgresql://u@h:5432/", "names no database"),
        ("postgresql://u:secret@h/n?colour=red", 'invalid URI query parameter: "colour"'),
        ("nonsense", "cannot be read"),
    ],
    ids=["another database", "no name", "unknown parameter", "no URL"],
)
def test_a_wrong_url_is_told(address, said):
    with pytest.raises(MigrationError, match=said) as error:
        asyncio.run(MigrationRunner(address).status())

    assert "secret" not in str(error.value)


def test_nowhere_to_go_is_told():
    code = (
        "import asyncio; from assistant.schema import MigrationRunner\n"
        "asyncio.run(MigrationRunner().status())"
    )

    assert "give MigrationRunner a postgres_url" in in_plain_python(code).stderr


def test_a_server_that_is_not_there_is_told(django_db_blocker):
    address = "postgresql://u@127.0.0.1:1/n"

    with django_db_blocker.unblock(), pytest.raises(MigrationError) as error:
        asyncio.run(MigrationRunner(address).run_migrations())

    assert 'Database "n" cannot be used' in str(error.value)


def test_in_a_project_any_database(empty, caplog):
    caplog.set_level(logging.INFO, logger="assistant.schema")

    done = asyncio.run(MigrationRunner(url(empty)).run_migrations())

    assert "admin.0001_initial" in done
    assert "Applying admin.0001_initial... OK" in caplog.messages


def test_in_a_project_its_own_database(migrated):
    with plain_alias(migrated):
        aliases = list(connections.databases)

        statuses = asyncio.run(MigrationRunner(url(migrated)).status())

        assert {each.state for each in statuses} == {"applied"}
        assert list(connections.databases) == aliases


def test_two_at_once(empty):
    async def both():
        runner = MigrationRunner(url(empty))
        return await asyncio.gather(runner.run_migrations(), runner.run_migrations())

    first, second = asyncio.run(both())

    assert bool(first) != bool(second)


def test_there_is_no_way_back_to_what_is_not_applied(migrated):
    async def back_and_forth():
        runner = MigrationRunner(url(migrated))
        await runner.rollback("assistant_settings", "0002")
        await runner.rollback("assistant_settings", "0004")

    with pytest.raises(MigrationError, match="0004_keep_one_default is not applied"):
        asyncio.run(back_and_forth())


@pytest.mark.parametrize(
    "app, name, said",
    [
        ("settings", "0001", "No app 'settings' with migrations"),
        ("assistant_settings", "0009", "begins with '0009'"),
        ("assistant_settings", "00", "More than one migration of assistant_settings"),
    ],
    ids=["app", "migration", "several"],
)
def test_a_wrong_name_is_told(migrated, app, name, said):
    with pytest.raises(MigrationError, match=said):
        asyncio.run(MigrationRunner(url(migrated)).rollback(app, name))


def test_routers_that_keep_the_apps_out_are_told(empty, settings):
    settings.DATABASE_ROUTERS = ["tests.db.operations.support.SaysNo"]

    with pytest.raises(MigrationError, match="DATABASE_ROUTERS"):
        asyncio.run(MigrationRunner(url(empty)).run_migrations())
