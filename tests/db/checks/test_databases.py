"""Which databases are asked, and what is said where one does not answer."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections
from django.db.backends.base.base import RAN_DB_VERSION_CHECK, BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext

from assistant.db.checks.databases import check_databases
from tests.contract.databases import alias, database


@contextmanager
def broken(**changes: str) -> Iterator[str]:
    """Give Django a second database of other settings."""
    plain = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {}}
    connections.databases["broken"] = {**connections.databases["default"], **plain, **changes}
    try:
        yield "broken"
    finally:
        connections["broken"].close()
        del connections["broken"]
        del connections.databases["broken"]


@pytest.fixture
def fresh(django_db_setup: None, django_db_blocker) -> Iterator[BaseDatabaseWrapper]:
    """Return a connection to an empty database."""
    with django_db_blocker.unblock(), database("fresh") as name, alias(name) as connection:
        yield connection


@pytest.mark.parametrize("databases", [None, []])
def test_databases_that_nobody_names_are_not_asked(databases):
    # The tests' guard would refuse a connection.
    assert check_databases(databases) == []


def test_a_database_is_asked_one_query_and_one_for_each_table_with_secrets(fresh):
    fresh.ensure_connection()

    with CaptureQueriesContext(fresh) as queries:
        check_databases([fresh.alias])

    asked = [query["sql"] for query in queries if "SELECT" in query["sql"]]
    assert len(asked) == 3
    assert ["system_settings" in sql for sql in asked].count(True) == 1
    assert ["model_configs" in sql for sql in asked].count(True) == 1


def test_another_engine_is_named():
    with broken(ENGINE="django.db.backends.sqlite3", NAME=":memory:") as name:
        (error,) = check_databases([name])

    assert error.id == "assistant.E011"
    assert "django.db.backends.sqlite3" in error.msg
    assert "django.db.backends.postgresql" in error.hint


@pytest.mark.parametrize("engine", ["sqlite3", "postgresql"])
def test_where_the_router_says_no_nothing_is_asked(settings, engine):
    settings.DATABASE_ROUTERS = ["tests.db.operations.support.SaysNo"]

    with broken(ENGINE=f"django.db.backends.{engine}", HOST="127.0.0.1", PORT="1") as name:
        assert check_databases([name]) == []


def test_a_server_that_is_not_there_is_one_line(django_db_blocker):
    with django_db_blocker.unblock(), broken(HOST="127.0.0.1", PORT="1") as name:
        (error,) = check_databases([name])

    assert error.id == "assistant.E019"
    assert "DATABASES['broken']" in str(error)
    assert "port 1 failed" in error.msg
    assert "\n" not in error.msg
    assert "Is its server running" in error.hint


def test_a_server_that_django_refuses_is_too_old(fresh, monkeypatch):
    monkeypatch.setattr(fresh.features, "minimum_database_version", (99,))
    fresh.close()
    RAN_DB_VERSION_CHECK.discard(fresh.alias)

    (error,) = check_databases([fresh.alias])

    assert error.id == "assistant.E010"
    assert "PostgreSQL 99 or later is required" in error.msg


@pytest.mark.parametrize(
    "command, options",
    [
        ("check", {"databases": ["broken"]}),
        ("migrate", {"database": "broken", "skip_checks": False}),
    ],
)
def test_djangos_commands_ask(django_db_blocker, command, options):
    with (
        django_db_blocker.unblock(),
        broken(ENGINE="django.db.backends.sqlite3", NAME=":memory:"),
        pytest.raises(SystemCheckError, match=r"assistant\.E011"),
    ):
        call_command(command, **options)


ALONE = """
import sys
from django.conf import settings
settings.configure(INSTALLED_APPS=sys.argv[1].split(","), ASSISTANT={"NO": 1}, SECRET_KEY="x")
import django
django.setup()
django.setup()
from django.core.checks import run_checks
from django.core.checks.registry import registry
print([problem.id for problem in run_checks()].count("assistant.E001"))
print([check.__name__ for check in registry.get_checks()].count("check_databases"))
"""


@pytest.mark.parametrize("app", ["accounts", "settings", "conversations"])
def test_any_app_alone_brings_the_checks_once(settings, app):
    installed = f"django.contrib.contenttypes,django.contrib.auth,assistant.{app}"

    result = subprocess.run(
        [sys.executable, "-c", ALONE, installed],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.stdout.split() == ["1", "1"], result.stderr
