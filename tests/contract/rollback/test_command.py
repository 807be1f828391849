"""``migrate`` backwards over a migration that cannot be taken back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.contract.databases import alias, connect, database
from tests.contract.rollback import points
from tests.schema import host_app

Client = psycopg.Connection[Any]

AFTER = ("assistant_conversations", "0003_keep_statistics")
MIGRATIONS = {
    "0001_create": host_app.CREATE,
    "0002_fill": "migrations.RunPython(fill_gaps)",
    "0003_refuse": """
        migrations.AddField("Note", "title", models.TextField(null=True)),
        RefuseReverse(query="SELECT id FROM messages WHERE role = 'system'", reason="Delete them."),
    """,
}


@pytest.fixture
def name(lived_in: str, unblocked: None, tmp_path: Path) -> Iterator[str]:
    """Name a database with the host's app; the alias is there, too."""
    with (
        database("way", template=lived_in) as name,
        host_app.installed(tmp_path, MIGRATIONS, after=AFTER),
        alias(name),
    ):
        migrate("notes")
        yield name


def migrate(*arguments: str, **options: Any) -> None:
    call_command("migrate", *arguments, database="scratch", verbosity=0, **options)


def everything(client: Client) -> Any:
    applied = client.execute("SELECT * FROM django_migrations ORDER BY id").fetchall()
    return points.read_catalog(client), points.read_rows(client), applied


@pytest.mark.parametrize("target", [("notes", "zero"), ("assistant_conversations", "zero")])
def test_nothing_is_touched(name: str, target: tuple[str, str]) -> None:
    with connect(name, autocommit=True) as client:
        before = everything(client)

        with pytest.raises(CommandError) as told:
            migrate(*target)

        assert everything(client) == before
    message = str(told.value)
    assert "notes.0002_fill: Raw Python operation (fill_gaps) has no reverse." in message
    assert "notes.0003_refuse: " in message
    assert "rows (" in message
    assert "Delete them." in message


def test_without_the_rows_as_far_as_it_says(name: str) -> None:
    with connect(name, autocommit=True) as client:
        client.execute("DELETE FROM messages WHERE role = 'system'")
        with pytest.raises(CommandError, match=r"migrate notes 0002_fill --database scratch$"):
            migrate("notes", "zero")

        migrate("notes", "0002_fill")

        assert ("notes", "0003_refuse") not in points.applied(client)
        assert ("notes", "0002_fill") in points.applied(client)


def test_what_is_only_recorded_is_not_refused(name: str) -> None:
    migrate("notes", "zero", fake=True)

    with connect(name) as client:
        assert not [each for each in points.applied(client) if each[0] == "notes"]
