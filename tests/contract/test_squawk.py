"""The SQL of new migrations, as squawk reads it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from assistant.db.checks.databases import own_apps
from tests.contract import released, squawk
from tests.contract.databases import MAINTENANCE, alias
from tests.schema.notes import Notes, installed_notes

NAME = "0002_index_notes"
INDEX = "CREATE INDEX IF NOT EXISTS notes_idx ON notes_note (id);\n"
CONCURRENT_INDEX = INDEX.replace("INDEX", "INDEX CONCURRENTLY")
DROP_INDEX = "DROP INDEX CONCURRENTLY IF EXISTS notes_idx;\n"
RULE = "require-concurrent-index-creation"


def new_migrations() -> list[Migration]:
    """Return ours that the list of released files lacks, or one of whose SQL files it lacks."""
    paths = map(Path, released.new())
    new = {(path.parents[1].name, path.name.partition(".")[0]) for path in paths}
    folders = {config.label: Path(config.path).name for config in own_apps()}
    return [
        migration
        for (label, name), migration in sorted(MigrationLoader(None).disk_migrations.items())
        if (folders.get(label), name) in new
    ]


@pytest.fixture
def connection(django_db_setup: None, unblocked: None) -> Iterator[BaseDatabaseWrapper]:
    """Return a connection that nothing is run on, outside transactions as concurrent builds ask."""
    squawk.program()
    with alias(MAINTENANCE, label="squawk") as connection:
        yield connection


@pytest.mark.parametrize("migration", new_migrations(), ids=str)
def test_new_migrations_are_safe(migration: Migration, connection: BaseDatabaseWrapper) -> None:
    assert squawk.problems(migration, connection) == []


def test_what_is_not_released_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ["assistant/accounts/sql/0002_keep_timestamps.sql"]
    monkeypatch.setattr(released, "new", lambda: paths)

    assert [str(each) for each in new_migrations()] == ["assistant_accounts.0002_keep_timestamps"]


def test_exceptions_for_all_have_a_reason() -> None:
    assert all({**squawk.EXCLUDED, **squawk.EXCLUDED_BACKWARDS}.values())


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Notes]:
    """Return an app with a migration of SQL that nobody has written."""
    with installed_notes(tmp_path) as app:
        call_command("makesqlmigration", "notes", "index_notes", verbosity=0)
        app.write(f"sql/{NAME}.sql", INDEX)
        app.write(f"sql/{NAME}.reverse.sql", DROP_INDEX)
        app.write(f"migrations/{NAME}.py", not_atomic(app.read(f"migrations/{NAME}.py")))
        yield app


def not_atomic(source: str) -> str:
    return source.replace("    dependencies", "    atomic = False\n\n    dependencies")


Problems = Callable[[], list[str]]


@pytest.fixture
def problems(notes: Notes, connection: BaseDatabaseWrapper) -> Problems:
    """Return a function that returns what is wrong with the app's last migration."""

    def read() -> list[str]:
        migration = MigrationLoader(None).disk_migrations["notes", NAME]
        return squawk.problems(migration, connection)

    return read


def test_an_index_that_blocks_writers_is_found(notes: Notes, problems: Problems) -> None:
    (problem,) = problems()

    assert problem.startswith(f"notes.{NAME} forwards, '{INDEX.strip()}': {RULE}: ")


def test_backwards_is_read_too(notes: Notes, problems: Problems) -> None:
    notes.write(f"sql/{NAME}.sql", CONCURRENT_INDEX)
    notes.write(f"sql/{NAME}.reverse.sql", DROP_INDEX.replace("CONCURRENTLY ", ""))

    (problem,) = problems()

    assert problem.startswith(f"notes.{NAME} backwards, ")
    assert "require-concurrent-index-deletion" in problem


def test_what_a_transaction_forbids_is_found(notes: Notes, problems: Problems) -> None:
    source = notes.read(f"migrations/{NAME}.py").replace("    atomic = False\n\n", "")
    notes.write(f"migrations/{NAME}.py", source)
    notes.write(f"sql/{NAME}.sql", CONCURRENT_INDEX)

    assert any("ban-concurrent-index-creation-in-transaction" in each for each in problems())


def test_no_sql_is_found(notes: Notes, problems: Problems) -> None:
    notes.write(f"sql/{NAME}.sql", "CREATE INDEXX a ON b;\n")

    assert any("syntax-error" in each for each in problems())


@pytest.mark.parametrize(
    "comment",
    [f"-- The table is small.\n-- squawk-ignore {RULE}\n", f"-- squawk-ignore {RULE} -- Small.\n"],
    ids=["above", "behind"],
)
def test_an_exception_in_an_sql_file(notes: Notes, problems: Problems, comment: str) -> None:
    notes.write(f"sql/{NAME}.sql", f"{comment}{INDEX}")

    assert problems() == []


@pytest.mark.parametrize(
    "comment, said",
    [
        (f"-- squawk-ignore {RULE}\n", "say why"),
        (f"-- squawk-ignore-file {RULE} -- Small.\n", "name the rule"),
        ("-- Small.\n-- squawk-ignore-file\n", "name the rule"),
    ],
    ids=["no reason", "the whole file", "no rule"],
)
def test_an_exception_is_exact_and_has_a_reason(
    notes: Notes, problems: Problems, comment: str, said: str
) -> None:
    notes.write(f"sql/{NAME}.sql", f"{comment}{INDEX}")

    assert any(f"{NAME}.sql:" in each and said in each for each in problems())


class TestSqlOfDjango:
    """An index that Django makes."""

    @pytest.fixture(autouse=True)
    def index(self, notes: Notes) -> None:
        """Write a migration without an SQL file."""
        self.notes = notes
        self.write("")

    def write(self, comment: str) -> None:
        index = 'migrations.AddIndex("Note", models.Index(fields=["id"], name="notes_idx"))'
        self.notes.migration(NAME, after="0001_create_notes", operations=f"{comment}{index}")

    def test_it_is_read(self, problems: Problems) -> None:
        found = problems()

        assert [RULE in each for each in found] == [True, False]
        assert "require-concurrent-index-deletion" in found[1]

    def test_exceptions_are_in_the_migration(self, problems: Problems) -> None:
        self.write(
            f"\n# squawk-ignore {RULE}: small.\n"
            "# squawk-ignore require-concurrent-index-deletion: small.\n"
        )

        assert problems() == []

    def test_they_have_a_reason(self, problems: Problems) -> None:
        self.write(f"\n# squawk-ignore {RULE}\n")

        assert f"{NAME}.py: say why: # squawk-ignore {RULE}: …" in problems()

    def test_they_excuse_something(self, problems: Problems) -> None:
        self.write("\n# squawk-ignore ban-drop-database: never.\n")

        assert f"{NAME}.py: squawk finds no ban-drop-database" in problems()


def test_a_migrations_exception_is_not_its_files(notes: Notes, problems: Problems) -> None:
    source = notes.read(f"migrations/{NAME}.py")
    notes.write(f"migrations/{NAME}.py", f"# squawk-ignore {RULE}: small.\n{source}")

    assert any(f"forwards, '{INDEX.strip()}': {RULE}" in each for each in problems())
