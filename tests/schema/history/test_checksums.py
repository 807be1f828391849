"""What counts as an edit of a migration."""

import sys
from pathlib import Path

import pytest
from django.db.migrations import Migration

from assistant.db.operations import RunSQLFile
from assistant.schema.history.checksums import checksum, files_of


class AnySQL(RunSQLFile):
    """Runs files of a directory that is no app's."""

    folder: Path

    def paths(self, app_label):
        return self.folder / "0001_x.sql", self.folder / "0001_x.reverse.sql"


@pytest.fixture
def migration(tmp_path, monkeypatch):
    """Return a migration whose files the test may edit."""
    for name in ("0001_x.py", "0001_x.sql", "0001_x.reverse.sql"):
        (tmp_path / name).write_text(f"-- {name}\n")
    module = type(sys)("migration_of_a_test")
    module.__file__ = str(tmp_path / "0001_x.py")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    operation = AnySQL("0001_x")
    operation.folder = tmp_path
    made = type("Migration", (Migration,), {"__module__": module.__name__})("0001_x", "any")
    made.operations = [operation]
    return made


@pytest.mark.parametrize("position", range(3), ids=["migration", "SQL", "reverse"])
def test_an_edit_of_any_file_changes_it(migration, position):
    before = checksum(migration)

    path = list(files_of(migration))[position]
    path.write_text(path.read_text() + "SELECT 1;\n")

    assert checksum(migration) != before


def test_line_ends_do_not(migration):
    before = checksum(migration)

    for path in files_of(migration):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert checksum(migration) == before


def test_text_that_moves_from_file_to_file_does(migration):
    before = checksum(migration)

    _, forward, reverse = files_of(migration)
    reverse.write_text(forward.read_text() + reverse.read_text())
    forward.write_text("")

    assert checksum(migration) != before


def test_without_the_files_there_is_none(migration):
    next(files_of(migration)).unlink()

    assert checksum(migration) is None
