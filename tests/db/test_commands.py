"""Commands say in one line why the database cannot be used, and what to do."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.contract.databases import alias, database, role
from tests.schema.support import plain_alias

QUERIES = "assistant/demo/data/evaluation/queries.tsv"
QRELS = "assistant/demo/data/evaluation/qrels.txt"

COMMANDS = {
    "conversation_stats": ["verify"],
    "embed": [],
    "embedding_model": ["list"],
    "evaluate_search": [QUERIES, QRELS, "--mode=keyword"],
    "ingest": ["docs/search.md"],
    "search": ["refund", "--mode=keyword"],
    "search_records": ["prune"],
    "search_statistics": [],
}

every_command = pytest.mark.parametrize("name, arguments", COMMANDS.items(), ids=COMMANDS)


@pytest.fixture(autouse=True)
def unblocked(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let tests connect to databases that are not the test database."""
    with django_db_blocker.unblock():
        yield


def refusal(name: str, arguments: list[str]) -> str:
    output = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command(
            name, *arguments, database="scratch", stdout=output, stderr=output, skip_checks=True
        )
    return str(caught.value)


@every_command
def test_without_the_tables(name: str, arguments: list[str]) -> None:
    with database("bare") as bare, alias(bare):
        said = refusal(name, arguments)

    assert "does not exist" in said
    assert said.endswith("Run manage.py migrate first.")
    assert "\n" not in said


@every_command
def test_without_a_server(name: str, arguments: list[str]) -> None:
    # As a server's: the embedded one would start, and make a database that is missing.
    with plain_alias("nowhere", HOST="127.0.0.1", PORT=1):
        said = refusal(name, arguments)

    assert said.startswith("The database cannot be used: ")
    assert said.endswith(
        "Is its server running, and are its settings (such as DATABASE_URL) right?"
    )
    assert "\n" not in said


@pytest.mark.django_db
def test_without_a_right() -> None:
    own = str(connections["default"].settings_dict["NAME"])
    with (
        role(own, "GRANT USAGE ON SCHEMA public TO {}") as name,
        alias(own, options=f"-c role={name}"),
    ):
        said = refusal("embedding_model", ["list"])

    assert said == (
        "The database: permission denied for table embedding_models. The role that uses it lacks "
        "that right."
    )
