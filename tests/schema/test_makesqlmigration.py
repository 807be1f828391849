"""Making a migration of SQL, in an app on disk."""

import importlib
import os
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from assistant.db.checks.sql_files import UNWRITTEN, check_sql_files
from assistant.schema.writing import files
from tests.schema.notes import Notes, installed_notes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Notes]:
    """Return an app with one migration, which creates the table of one of its models."""
    with installed_notes(tmp_path) as app:
        yield app


def make(*arguments: str, **options: Any) -> str:
    importlib.invalidate_caches()
    output = StringIO()
    call_command("makesqlmigration", *arguments, stdout=output, **options)
    return output.getvalue()


def refused(*arguments: str, **options: Any) -> str:
    """Return why no file was written."""
    with pytest.raises(CommandError) as caught:
        make(*arguments, **options)
    return str(caught.value)


def test_the_next_migration_and_its_files(notes: Notes) -> None:
    before = notes.files()

    output = make("notes", "index_notes")

    made = [
        "sql/0002_index_notes.sql",
        "sql/0002_index_notes.reverse.sql",
        "migrations/0002_index_notes.py",
    ]
    assert notes.files() - before == {"sql", *made}
    assert output.splitlines()[:3] == [str(notes.path / name) for name in made]
    assert notes.read(made[2]) == (
        '"""Index notes."""\n'
        "\n"
        "from django.db import migrations\n"
        "\n"
        "import assistant.db.operations.sql_files\n"
        "\n"
        "\n"
        "class Migration(migrations.Migration):\n"
        "    dependencies = [\n"
        '        ("notes", "0001_create_notes"),\n'
        "    ]\n"
        "\n"
        "    operations = [\n"
        "        assistant.db.operations.sql_files.RunSQLFile(\n"
        '            name="0002_index_notes",\n'
        "        ),\n"
        "    ]\n"
    )
    assert [notes.read(name).startswith(UNWRITTEN) for name in made[:2]] == [True, True]


@pytest.mark.django_db
def test_made_filled_in_applied_and_taken_back(notes: Notes) -> None:
    make("notes", "title_notes", model="note")
    assert [error.id for error in check_sql_files()] == ["assistant.E025"] * 2

    notes.write("sql/0002_title_notes.sql", "ALTER TABLE notes_note ADD title text;\n")
    notes.write("sql/0002_title_notes.reverse.sql", "ALTER TABLE notes_note DROP title;\n")
    assert check_sql_files() == []

    assert columns_after("0002_title_notes") == {"id", "title"}
    assert columns_after("0001_create_notes") == {"id"}


def columns_after(name: str) -> set[str]:
    """Migrate the app to one of its migrations and return its table's columns."""
    importlib.invalidate_caches()
    MigrationExecutor(connection).migrate([("notes", name)])
    with connection.cursor() as cursor:
        return {
            each.name
            for each in connection.introspection.get_table_description(cursor, "notes_note")
        }


def test_the_next_one_follows_without_a_database(notes: Notes) -> None:
    # Not marked django_db: a query would fail the test.
    make("notes", "index_notes")
    make("notes", "title_notes")

    assert '("notes", "0002_index_notes")' in notes.read("migrations/0003_title_notes.py")


def test_the_first_migration_depends_on_nothing(notes: Notes) -> None:
    (notes.path / "migrations" / "0001_create_notes.py").unlink()

    make("notes", "create_views")

    text = notes.read("migrations/0001_create_views.py")
    assert "    dependencies = []\n" in text
    assert "initial" not in text


def test_the_number_follows_the_highest_of_all(notes: Notes) -> None:
    notes.migration("0007_name_notes", after="0001_create_notes")
    notes.migration("unnumbered", after="0007_name_notes")

    make("notes", "title_notes")

    assert '("notes", "unnumbered")' in notes.read("migrations/0008_title_notes.py")


def test_what_a_squashed_migration_replaces_counts(notes: Notes) -> None:
    notes.migration("0002_name_notes", after="0001_create_notes")
    notes.migration("0001_squashed_all")
    text = notes.read("migrations/0001_squashed_all.py")
    replaces = '    replaces = [("notes", "0001_create_notes"), ("notes", "0002_name_notes")]\n'
    notes.write("migrations/0001_squashed_all.py", text + replaces)

    make("notes", "title_notes")

    assert '("notes", "0001_squashed_all")' in notes.read("migrations/0003_title_notes.py")


@pytest.mark.parametrize("name", ["note", "Note", "NOTE"])
def test_a_model_is_written_as_its_migration_does(notes: Notes, name: str) -> None:
    make("notes", "title_notes", model=name)

    assert 'model_name="Note",\n' in notes.read("migrations/0002_title_notes.py")


def test_the_package_names_an_app_too() -> None:
    output = make("assistant.conversations", "index_titles", dry_run=True)

    assert '("assistant_conversations", "' in output


def test_a_dry_run_shows_all_and_writes_nothing(notes: Notes) -> None:
    before = notes.files()

    output = make("notes", "title_notes", dry_run=True)

    assert notes.files() == before
    assert str(notes.path / "sql" / "0002_title_notes.reverse.sql") in output
    assert output.count(UNWRITTEN) == 2
    assert 'name="0002_title_notes",' in output


def test_paths_are_as_one_would_type_them(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(notes.path.parent)

    output = make("notes", "title_notes", dry_run=True)

    assert output.startswith("notes/sql/0002_title_notes.sql\n")


def test_migrations_may_be_elsewhere(notes: Notes, settings: Any) -> None:
    notes.write("moved/__init__.py")
    settings.MIGRATION_MODULES = {"notes": "notes.moved"}

    make("notes", "create_views")

    assert {"moved/0001_create_views.py", "sql/0001_create_views.sql"} <= notes.files()


@pytest.mark.parametrize("length", [1, 90])
@pytest.mark.parametrize("command", [["format", "--diff"], ["check", "--no-cache"]])
def test_what_is_written_passes_the_linter(notes: Notes, length: int, command: list[str]) -> None:
    ruff = pytest.importorskip("ruff", reason="ruff is not installed").find_ruff_bin()
    notes.migration("0009_" + "x" * length, after="0001_create_notes")
    make("notes", "title_notes", model="Note")

    # As if it were one of ours.
    path = ROOT / "assistant" / "accounts" / "migrations" / "0010_title_notes.py"
    done = subprocess.run(
        [ruff, *command, "--stdin-filename", path, "-"],
        input=notes.read("migrations/0010_title_notes.py"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "app, said",
    [
        ("note", "No installed app 'note'. Did you mean notes?"),
        ("conversations", "Did you mean assistant_conversations or assistant.conversations?"),
        ("zzz", "There are: admin, assistant_accounts, "),
    ],
)
def test_an_unknown_app(notes: Notes, app: str, said: str) -> None:
    assert said in refused(app, "index_notes")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "notes",
        "Index_notes",
        "0002_index_notes",
        "index-notes",
        "index_",
        "_index_notes",
        "../a_b",
    ],
)
def test_a_name_that_is_not_verb_object(notes: Notes, name: str) -> None:
    before = notes.files()

    assert refused("notes", name).startswith(f"{name!r} does not say what the migration does")
    assert notes.files() == before


def test_a_name_that_is_too_long(notes: Notes) -> None:
    make("notes", "a_" + "b" * 50, dry_run=True)
    assert "has 53 characters: give 52 at most" in refused("notes", "a_" + "b" * 51)


def test_an_unknown_model(notes: Notes) -> None:
    said = refused("notes", "title_notes", model="Nota")

    assert said == "notes has no model 'Nota'. Did you mean Note?"


def test_a_model_without_a_migration(notes: Notes) -> None:
    assert "run makemigrations notes first" in refused("notes", "title_drafts", model="Draft")


def test_several_leaves(notes: Notes) -> None:
    notes.migration("0002_name_notes", after="0001_create_notes")
    notes.migration("0002_rate_notes", after="0001_create_notes")

    said = refused("notes", "title_notes")

    assert "2 last migrations, 0002_name_notes and 0002_rate_notes" in said
    assert "makemigrations --merge notes" in said


@pytest.mark.parametrize("namespace", [True, False])
def test_an_app_without_a_migrations_package(notes: Notes, namespace: bool) -> None:
    if namespace:
        (notes.path / "migrations" / "__init__.py").unlink()
    else:
        (notes.path / "migrations").rename(notes.path / "other")

    said = refused("notes", "title_notes")

    assert "there is no package notes.migrations: let makemigrations notes make it" in said
    assert str(notes.path / "migrations" / "__init__.py") in said


def test_migrations_switched_off(notes: Notes, settings: Any) -> None:
    settings.MIGRATION_MODULES = {"notes": None}

    assert "MIGRATION_MODULES['notes'] is None" in refused("notes", "title_notes")


def test_a_broken_graph_is_told(notes: Notes) -> None:
    notes.migration("0002_name_notes", after="0001_missing")

    assert "0001_missing" in refused("notes", "title_notes")


def test_an_installed_package_is_not_written_to() -> None:
    said = refused("auth", "index_names")

    assert "auth is installed in " in said
    assert "in an app of your own" in said


@pytest.mark.parametrize("name", ["sql/0002_x.sql", "migrations/0002_x.txt"])
def test_a_number_that_is_there(notes: Notes, name: str) -> None:
    notes.write(name)

    assert f"{notes.path / name} is there, but no migration 0002" in refused("notes", "title_notes")


def test_a_directory_that_cannot_be_written(notes: Notes) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (notes.path / "sql").mkdir(mode=0o555)
    before = notes.files()

    assert "cannot be written (Permission denied): nothing was" in refused("notes", "title_notes")
    assert notes.files() == before


def test_nothing_stays_if_a_file_cannot_be_written(notes: Notes) -> None:
    before = notes.files()
    migration = files.plan_sql_migration(app="notes", name="title_notes")
    last = list(migration.files)[-1]
    unwritable = files.NewMigration(
        name=migration.name,
        files={**migration.files, last / "below" / "a_file.py": ""},
    )

    with pytest.raises(files.NewMigrationError, match="Not a directory"):
        files.write_migration(migration=unwritable)

    assert notes.files() == before


def test_a_file_that_came_in_between_is_not_overwritten(notes: Notes) -> None:
    migration = files.plan_sql_migration(app="notes", name="title_notes")
    notes.write("migrations/0002_title_notes.py", "mine")
    before = notes.files()

    with pytest.raises(files.NewMigrationError, match=r"0002_title_notes\.py is there"):
        files.write_migration(migration=migration)

    assert notes.files() == before
    assert notes.read("migrations/0002_title_notes.py") == "mine"
