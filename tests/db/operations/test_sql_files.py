"""Running numbered SQL files."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.state import ProjectState
from django.db.utils import ProgrammingError

from assistant.db.operations import RunSQLFile
from tests.db.operations import support

pytestmark = pytest.mark.django_db

LABEL = "assistant_settings"
OPERATION = RunSQLFile("0099_make_notes", model_name="SystemSetting")
WITHOUT_A_MODEL = RunSQLFile("0099_make_notes")

each_operation = pytest.mark.parametrize(
    "operation", [OPERATION, WITHOUT_A_MODEL], ids=["of a model", "of no model"]
)

FORWARDS = """
-- Several statements; a percent sign, dollar quotes and ☃ stay as they are.
CREATE TABLE notes (content text CHECK (content NOT LIKE 'x%s'));
CREATE FUNCTION note() RETURNS text LANGUAGE sql AS $$ SELECT '100 %; ☃'; $$;
INSERT INTO notes SELECT note();
"""
BACKWARDS = "DROP FUNCTION note();\nDROP TABLE notes;\n"


@pytest.fixture(autouse=True)
def sql_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory from which the app's SQL files are read."""
    directory = tmp_path / "sql"
    directory.mkdir()
    (directory / "0099_make_notes.sql").write_text(FORWARDS, encoding="utf-8")
    (directory / "0099_make_notes.reverse.sql").write_text(BACKWARDS, encoding="utf-8")
    monkeypatch.setattr(apps.get_app_config(LABEL), "path", str(tmp_path))
    return directory


@pytest.fixture
def state() -> ProjectState:
    """Return the state of the project's models."""
    return ProjectState.from_apps(apps)


def tables() -> set[str]:
    return set(connection.introspection.table_names())


def test_describe() -> None:
    assert OPERATION.describe() == "Run SQL file 0099_make_notes.sql"


def test_state_stays(state: ProjectState) -> None:
    before = support.snapshot(state)

    OPERATION.state_forwards(LABEL, state)

    assert support.snapshot(state) == before


@pytest.mark.parametrize(
    "operation, keywords",
    [(OPERATION, {"model_name": "SystemSetting"}), (WITHOUT_A_MODEL, {})],
    ids=["of a model", "of no model"],
)
def test_deconstruct(operation: RunSQLFile, keywords: dict[str, str]) -> None:
    assert operation.deconstruct() == ("RunSQLFile", ["0099_make_notes"], keywords)
    again = support.written(operation)
    assert type(again) is RunSQLFile
    assert again.deconstruct() == operation.deconstruct()


def test_paths(sql_files: Path) -> None:
    assert OPERATION.paths(LABEL) == (
        sql_files / "0099_make_notes.sql",
        sql_files / "0099_make_notes.reverse.sql",
    )


@each_operation
def test_forwards_and_backwards(operation: RunSQLFile, state: ProjectState) -> None:
    support.forwards(operation, state, LABEL)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM notes")
        assert cursor.fetchall() == [("100 %; ☃",)]

    support.backwards(operation, state, LABEL)
    assert "notes" not in tables()


def test_an_error_leaves_nothing_half_done(state: ProjectState, sql_files: Path) -> None:
    (sql_files / "0099_make_notes.sql").write_text(FORWARDS + "SELECT nothing;", encoding="utf-8")

    with pytest.raises(ProgrammingError, match='column "nothing" does not exist'):
        support.forwards(OPERATION, state, LABEL)

    assert "notes" not in tables()


def test_a_missing_file_is_named(state: ProjectState) -> None:
    operation = RunSQLFile("0098_missing", model_name="SystemSetting")

    with pytest.raises(FileNotFoundError, match=r"0098_missing\.sql"):
        support.forwards(operation, state, LABEL)


@each_operation
def test_where_the_router_says_no_nothing_happens(
    operation: RunSQLFile, state: ProjectState, settings: Any
) -> None:
    settings.DATABASE_ROUTERS = ["tests.db.operations.support.SaysNo"]
    support.forwards(operation, state, LABEL)
    assert "notes" not in tables()

    settings.DATABASE_ROUTERS = []
    support.forwards(operation, state, LABEL)
    settings.DATABASE_ROUTERS = ["tests.db.operations.support.SaysNo"]
    support.backwards(operation, state, LABEL)
    assert "notes" in tables()


class SaysNoToTheModel:
    """A router that allows the app but not the one model."""

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        """Say no to the model."""
        return False if model_name == "systemsetting" else None


@pytest.mark.parametrize(
    "operation, made", [(OPERATION, False), (WITHOUT_A_MODEL, True)], ids=["model", "app"]
)
def test_routers_answer_for_the_model_or_the_app(
    operation: RunSQLFile, made: bool, state: ProjectState, settings: Any
) -> None:
    settings.DATABASE_ROUTERS = [SaysNoToTheModel()]

    support.forwards(operation, state, LABEL)

    assert ("notes" in tables()) is made


def test_a_swapped_model_is_left_alone(state: ProjectState, settings: Any) -> None:
    settings.SETTING_MODEL = "assistant_settings.ModelConfig"
    state.models[LABEL, "systemsetting"].options["swappable"] = "SETTING_MODEL"

    support.forwards(OPERATION, state, LABEL)

    assert "notes" not in tables()


def test_sqlmigrate_shows_the_file(state: ProjectState) -> None:
    assert FORWARDS.strip() in support.collected_sql(OPERATION, state, LABEL)
    assert "notes" not in tables()


def test_sqlmigrate_shows_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    output = StringIO()

    call_command("sqlmigrate", LABEL, "0003_insert_default_settings", stdout=output)

    assert "INSERT INTO system_settings" in output.getvalue()
