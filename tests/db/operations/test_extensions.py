"""The one extension the project needs."""

from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.state import ProjectState

from assistant.db.operations import CreateVectorExtension
from tests.db.operations import support

pytestmark = pytest.mark.django_db


def extensions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def without_extension() -> None:
    """Take the extension, and all that uses it, out of this test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION vector CASCADE")


def test_describe() -> None:
    assert CreateVectorExtension().describe() == "Creates extension vector"


def test_state_stays() -> None:
    state = ProjectState()

    CreateVectorExtension().state_forwards("things", state)

    assert support.snapshot(state) == {}


def test_deconstruct() -> None:
    operation = CreateVectorExtension()

    assert operation.deconstruct() == ("CreateVectorExtension", [], {})
    again = support.written(operation)
    assert type(again) is CreateVectorExtension
    assert again.name == "vector"


@pytest.mark.usefixtures("without_extension")
def test_forwards() -> None:
    support.forwards(CreateVectorExtension(), ProjectState())

    assert "vector" in extensions()


def test_forwards_where_it_is_there() -> None:
    support.forwards(CreateVectorExtension(), ProjectState())

    assert "vector" in extensions()


def test_backwards_leaves_it() -> None:
    support.backwards(CreateVectorExtension(), ProjectState())

    assert "vector" in extensions()


@pytest.mark.usefixtures("without_extension")
def test_where_the_router_says_no_nothing_happens(settings: Any) -> None:
    settings.DATABASE_ROUTERS = ["tests.db.operations.support.SaysNo"]

    support.forwards(CreateVectorExtension(), ProjectState())

    assert "vector" not in extensions()


def test_a_server_without_it_is_told_what_to_install() -> None:
    operation = CreateVectorExtension()
    operation.name = "no_such_extension"  # stands for pgvector on a server that lacks it

    with pytest.raises(CommandError, match=r"install pgvector 0\.8\.4 or later") as told:
        support.forwards(operation, ProjectState())

    assert "\n" not in str(told.value)
    assert connection.settings_dict["NAME"] in str(told.value)


@pytest.mark.usefixtures("without_extension")
def test_a_schema_out_of_sight_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA hidden")
        cursor.execute("CREATE EXTENSION vector SCHEMA hidden")

        with pytest.raises(CommandError, match='is in the schema "hidden"') as told:
            support.forwards(CreateVectorExtension(), ProjectState())

        assert 'SET search_path = "$user", public, "hidden";' in str(told.value)
        cursor.execute('SET LOCAL search_path = "$user", public, "hidden"')
        support.forwards(CreateVectorExtension(), ProjectState())
