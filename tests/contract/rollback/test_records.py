"""What is kept about a migration goes with it, whoever takes it back."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.core.management import call_command

from tests.contract import migrating
from tests.contract.databases import alias, connect, database
from tests.contract.migrating import Node
from tests.contract.rollback import points, writing

LAST: Node = ("sessions", "0001_initial")


def by_the_command(name: str) -> None:
    with alias(name):
        call_command("migrate", "sessions", "zero", database="scratch", verbosity=0)


def by_the_executor(name: str) -> None:
    with alias(name) as connection:
        migrating.take_back(connection, LAST)


def by_a_client(name: str) -> None:
    with connect(name, autocommit=True) as client:
        client.execute("DROP TABLE django_session")
        client.execute("DELETE FROM django_migrations WHERE app = 'sessions'")


@pytest.mark.usefixtures("unblocked")
@pytest.mark.parametrize("take_back", [by_the_command, by_the_executor, by_a_client])
def test_details_go_with_their_migration(lived_in: str, take_back: Callable[[str], None]) -> None:
    with database("way", template=lived_in) as name:
        with connect(name) as client:
            before = points.recorded(client)

        take_back(name)

        with connect(name) as client:
            assert points.recorded(client) == [each for each in before if each != LAST]


@pytest.mark.usefixtures("unblocked")
def test_a_migration_that_came_twice_is_listed_once_and_goes(lived_in: str) -> None:
    with database("way", template=lived_in) as name:
        with connect(name, autocommit=True) as client:
            before = listed(client)
            client.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", LAST
            )
            client.execute(writing.RECORD)
            assert listed(client) == before

        by_the_executor(name)

        with connect(name) as client:
            assert points.recorded(client) == [each for each in before if each != LAST]


def listed(client: psycopg.Connection[Any]) -> list[Node]:
    return client.execute("SELECT app, name FROM schema_migrations ORDER BY version").fetchall()
