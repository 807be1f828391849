"""What the checks say of the command in effect and of the databases to look at."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.checks.messages import ERROR, WARNING
from django.core.management import get_commands
from django.test import modify_settings

from assistant.schema.checks import check_migrate_command, check_migrate_databases
from assistant.schema.management.commands.migrate import Command

OTHER = "django.core.management.commands.migrate"


@pytest.fixture
def make_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a function that makes an app whose ``migrate`` inherits from a module's."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(name: str, base: str) -> None:
        commands = tmp_path / name / "management" / "commands"
        commands.mkdir(parents=True)
        for folder in (commands, *list(commands.parents)[:2]):
            (folder / "__init__.py").touch()
        text = f"from {base} import Command as Base\n\n\nclass Command(Base):\n    pass\n"
        (commands / "migrate.py").write_text(text)

    get_commands.cache_clear()
    yield make
    get_commands.cache_clear()
    for name in [name for name in sys.modules if name.startswith("crates_")]:
        del sys.modules[name]


def place(app: str, where: str) -> modify_settings:
    """Install an app before or after all others."""
    return modify_settings(INSTALLED_APPS={where: app})


def test_nothing_is_wrong_with_the_project() -> None:
    assert check_migrate_command() == []
    assert check_migrate_databases() == []


def test_another_apps_command_that_comes_first_is_named(make_app: Any) -> None:
    make_app("crates_before", OTHER)

    with place("crates_before", "prepend"):
        (warning,) = check_migrate_command()

    assert (warning.id, warning.level) == ("assistant.W030", WARNING)
    assert 'is that of "crates_before"' in warning.msg
    assert 'Put "assistant.schema" before "crates_before" in INSTALLED_APPS' in warning.hint
    assert f"{Command.__module__}.{Command.__qualname__}." in warning.hint


def test_another_apps_command_that_comes_later_is_no_matter(make_app: Any) -> None:
    make_app("crates_after", OTHER)

    with place("crates_after", "append"):
        assert check_migrate_command() == []


def test_a_command_that_inherits_from_ours_is_as_good(make_app: Any) -> None:
    make_app("crates_heir", Command.__module__)

    with place("crates_heir", "prepend"):
        assert check_migrate_command() == []


def test_databases_that_there_are_not_are_named_once(settings: Any) -> None:
    settings.ASSISTANT = {"MIGRATE_DATABASES": ["default", "reprots", "reprots"]}

    (error,) = check_migrate_databases()

    assert (error.id, error.level) == ("assistant.E031", ERROR)
    assert error.msg == "ASSISTANT['MIGRATE_DATABASES'] names 'reprots', which is not in DATABASES."
    assert error.hint == "There are 'default'."


@pytest.mark.parametrize("value", [[], ("default",)])
def test_databases_that_there_are_pass(settings: Any, value: Any) -> None:
    settings.ASSISTANT = {"MIGRATE_DATABASES": value}

    assert check_migrate_databases() == []


@pytest.mark.parametrize("value", [{"MIGRATE_DATABASES": "default"}, ["MIGRATE_DATABASES"]])
def test_what_another_check_refuses_is_told_once(settings: Any, value: Any) -> None:
    settings.ASSISTANT = value

    assert check_migrate_databases() == []


def test_django_runs_them(make_app: Any, settings: Any) -> None:
    make_app("crates_before", OTHER)
    settings.ASSISTANT = {"MIGRATE_DATABASES": ["other"]}

    with place("crates_before", "prepend"):
        found = {each.id for each in run_checks()}

    assert found >= {"assistant.W030", "assistant.E031"}
