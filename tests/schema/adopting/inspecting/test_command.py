"""``manage.py schema adopt``, as far as it looks."""

import sys

import pytest
from django.core.management import CommandError, call_command

from tests.contract.catalog import read_all
from tests.schema.adopting.inspecting.altering import Alteration
from tests.schema.adopting.inspecting.support import adopt, adopt_json


@pytest.fixture(autouse=True)
def _alteration(monkeypatch):
    def never(connection):
        raise AssertionError("altered")

    stand_in = Alteration(then=never)
    monkeypatch.setitem(sys.modules, "assistant.schema.adopting.transforming", stand_in)


def contents(owner):
    """Return the catalog, and every row as text."""
    query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    tables = sorted(name for (name,) in owner.execute(query))
    rows = {
        name: sorted(text for (text,) in owner.execute(f'SELECT t::text FROM "{name}" AS t'))
        for name in tables
    }
    extensions = owner.execute("SELECT extname FROM pg_extension ORDER BY 1").fetchall()
    return read_all(owner), rows, extensions


def test_dry_run_changes_nothing(copy, owner):
    owner.execute(
        "INSERT INTO knowledge_base (title, content, embedding_vector) VALUES ('a', 'a', '{1,2}')"
    )
    before = contents(owner)

    text, code = adopt("--dry-run", "--model", "2=small")

    assert code == 0
    assert "was made by the files 001 to 003." in text
    assert "Rows: users 1, system_settings 4," in text
    assert "changed  vectors of 2 dimensions: 1, of the model small, a new one. They become" in text
    assert text.endswith("It can be adopted; nothing was changed.\n")
    assert contents(owner) == before


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]], ids=["adopt", "dry run"])
def test_refused(copy, owner, arguments):
    owner.execute("UPDATE users SET preferences = '[]'")
    before = contents(owner)

    text, code = adopt(*arguments)

    assert code == 1
    assert "refused  users.preferences: expected a JSON object (users_preferences_check)" in text
    assert text.endswith("1 to mend first, each marked refused; nothing was changed.\n")
    assert contents(owner) == before


def test_json(copy, owner):
    owner.execute("UPDATE users SET preferences = '[]', created_at = NULL")

    document = adopt_json("--dry-run")

    [(key,)] = owner.execute("SELECT id::text FROM users")
    assert document["files"] == "001 to 003"
    assert document["adoptable"] is False
    assert document["adopted"] is False
    assert document["rows"]["system_settings"] == 4
    [refused] = [each for each in document["findings"] if each["effect"] == "refused"]
    assert refused["what"] == "users.preferences"
    assert refused["count"] == 1
    assert refused["keys"] == [key]
    changed = [each["what"] for each in document["findings"] if each["effect"] == "changed"]
    assert "users.created_at" in changed


def test_not_a_database_of_the_files(blank):
    with pytest.raises(CommandError, match="nothing to adopt") as caught:
        adopt("--dry-run")

    assert caught.value.returncode == 1


@pytest.mark.parametrize("value", ["small", "=small", "3=", "three=small"])
def test_model_that_is_not_understood(copy, value):
    with pytest.raises(CommandError, match="expected SIZE=NAME, such as 384=all-MiniLM"):
        adopt("--dry-run", f"--model={value}")


def test_two_models_of_one_size(copy):
    with pytest.raises(CommandError, match="two models for one size"):
        adopt("--dry-run", "--model", "3=a", "--model", "3=b")


def test_no_is_taken_for_no(copy, owner, monkeypatch, capsys):
    before = contents(owner)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: "n")

    with pytest.raises(SystemExit) as caught:
        call_command("schema", "adopt", database="scratch")

    assert caught.value.code == 1
    assert contents(owner) == before
