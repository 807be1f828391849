"""What the check says of SQL files and the migrations that run them."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import AppConfig, apps
from django.core.checks import run_checks

from assistant.db.checks.sql_files import UNWRITTEN, check_sql_files, has_statement, problems_of

NAME = "0002_create_notes"

MIGRATION = """
from django.db import migrations
import assistant.db.operations.sql_files

class Migration(migrations.Migration):
    operations = [assistant.db.operations.sql_files.RunSQLFile({})]
"""


class App:
    """The files of an app on disk, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for folder in ("migrations", "sql"):
            (path / folder).mkdir()
        self.config = AppConfig("notes", SimpleNamespace(__path__=[str(path)]))

    def write(self, name: str, text: str = "SELECT 1;") -> None:
        (self.path / name).write_text(text, encoding="utf-8")

    def migration(self, arguments: str = f'"{NAME}"') -> None:
        self.write(f"migrations/{NAME}.py", MIGRATION.format(arguments))

    def files(self, *suffixes: str, name: str = NAME) -> None:
        for suffix in suffixes:
            self.write(f"sql/{name}{suffix}")

    def problems(self) -> list[str]:
        return [problem.id for problem in problems_of(self.config)]


@pytest.fixture
def app(tmp_path):
    """Return an app that has a migration and its two files."""
    app = App(tmp_path)
    app.migration()
    app.files(".sql", ".reverse.sql")
    return app


def test_ours_are_right():
    assert check_sql_files() == []


def test_every_app_is_read(app, monkeypatch):
    monkeypatch.setattr(apps.get_app_config("assistant_settings"), "path", str(app.path))
    app.files(".sql", ".reverse.sql", name="0003_forget_notes")

    (error,) = [each for each in run_checks() if each.obj == "assistant_settings"]

    assert error.id == "assistant.E021"


def test_a_migration_with_its_files_is_right(app):
    assert app.problems() == []


def test_a_file_that_no_migration_runs(app):
    app.files(".sql", ".reverse.sql", name="0003_forget_notes")

    (error,) = problems_of(app.config)

    assert error.id == "assistant.E021"
    assert error.msg == f"No migration runs {app.path / 'sql' / '0003_forget_notes.sql'}."
    assert "RunSQLFile('0003_forget_notes')" in error.hint
    assert error.obj == "notes"


def test_a_file_without_its_reverse(app):
    (app.path / "sql" / f"{NAME}.reverse.sql").unlink()

    (error,) = problems_of(app.config)

    assert error.id == "assistant.E022"
    assert f"{NAME}.sql has no reverse" in error.msg
    assert f"{NAME}.reverse.sql" in error.hint


def test_a_reverse_without_its_file(app):
    app.files(".reverse.sql", name="0003_forget_notes")

    (error,) = problems_of(app.config)

    assert error.id == "assistant.E023"
    assert "0003_forget_notes.reverse.sql takes back what is not there" in error.msg


def test_a_migration_whose_file_is_missing(app):
    (app.path / "sql" / f"{NAME}.sql").unlink()

    (error,) = problems_of(app.config)

    assert error.id == "assistant.E024"
    assert error.msg.startswith(str(app.path / "migrations" / f"{NAME}.py"))
    assert f"{NAME}.sql, which is not there" in error.msg


@pytest.mark.parametrize("suffix", [".sql", ".reverse.sql"])
@pytest.mark.parametrize("text", ["", f"{UNWRITTEN} what it does.\n"], ids=["empty", "template"])
def test_a_file_that_nobody_has_written(app, suffix, text):
    app.write(f"sql/{NAME}{suffix}", text)

    (error,) = problems_of(app.config)

    assert error.id == "assistant.E025"
    assert error.msg == f"{app.path / 'sql' / f'{NAME}{suffix}'} has no statement."


def test_only_backwards_a_comment_will_do(app):
    app.write(f"sql/{NAME}.reverse.sql", "-- The rows stay.\n")
    assert app.problems() == []

    app.write(f"sql/{NAME}.sql", "-- The rows stay.\n")
    assert app.problems() == ["assistant.E025"]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("SELECT 1", True),
        ("-- Why.\n\n/* a /* nested */ one */ SELECT 1;", True),
        ("-- Why.\nSELECT '--';", True),
        ("- 1", True),
        ("", False),
        ("\ufeff-- SELECT 1;", False),
        (" ;\r\n;", False),
        ("/* SELECT 1; /* nested */ SELECT 2; */", False),
        ("/* never closed: SELECT 1;", False),
    ],
)
def test_a_statement_is_more_than_comments(text, expected):
    assert has_statement(text) is expected


@pytest.mark.parametrize(
    "arguments",
    [f'name="{NAME}", model_name="Note"', "Path(__file__).stem", f'*["{NAME}"]', "NAMES[0]"],
)
def test_names_may_be_given_in_many_ways(app, arguments):
    app.migration(arguments)

    # The last cannot be read from the text, so nothing is said that might be wrong.
    assert app.problems() == []


def test_another_name_for_the_operation_is_read(app):
    text = MIGRATION.format('"x"').replace("assistant.db.operations.sql_files.RunSQLFile", "Run")
    text = text.replace('"x"', f'"{NAME}"') + "\n"
    app.write(
        f"migrations/{NAME}.py", "from assistant.db.operations import RunSQLFile as Run\n" + text
    )
    app.write("migrations/0001_run_more.py", MIGRATION.format('"0001_run_more"'))
    app.files(".sql", ".reverse.sql", name="0001_run_more")

    assert app.problems() == []


def test_other_files_are_left_alone(app):
    app.write("sql/report.sql")
    app.write("sql/0009-report.sql")
    app.write("sql/0009_report.txt")

    assert app.problems() == []


@pytest.mark.parametrize(
    "text",
    [
        "from django.db import migrations",
        '"""Not RunSQLFile: its own."""',
        "RunSQLFile(",
        'migrations.RunSQL(open("0007_load_cities.sql").read())',
    ],
    ids=["another operation", "a comment", "no Python", "files of its own"],
)
def test_an_app_that_does_not_use_the_operation_is_left_alone(app, text):
    app.write(f"migrations/{NAME}.py", text)
    app.files(".sql", name="0007_load_cities")

    assert app.problems() == []


def test_an_app_without_migrations_is_left_alone(app):
    (app.path / "migrations").rename(app.path / "other")
    app.files(".sql", name="0007_load_cities")

    assert app.problems() == []


def test_migrations_may_be_elsewhere(app, tmp_path, settings, monkeypatch):
    (app.path / "migrations").rename(app.path / "moved_migrations")
    app.write("moved_migrations/__init__.py", "raise RuntimeError('imported')")
    app.files(".sql", ".reverse.sql", name="0003_forget_notes")
    monkeypatch.syspath_prepend(tmp_path)

    settings.MIGRATION_MODULES = {"notes": "moved_migrations"}
    assert app.problems() == ["assistant.E021"]
    assert "moved_migrations" not in sys.modules

    for other in (None, "no_such_package.migrations", "no_such_module"):
        settings.MIGRATION_MODULES = {"notes": other}
        assert app.problems() == []
