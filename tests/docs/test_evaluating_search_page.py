"""docs/evaluating_search.md against the command it is about."""

import re
from pathlib import Path

from django.core.management import load_command_class

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "evaluating_search.md").read_text(encoding="utf-8")
# Those that Django gives every command.
DJANGO = {
    "--version",
    "--verbosity",
    "--settings",
    "--pythonpath",
    "--traceback",
    "--no-color",
    "--force-color",
    "--skip-checks",
    "--help",
}


def options() -> set[str]:
    command = load_command_class("assistant.embeddings", "evaluate_search")
    parser = command.create_parser("manage.py", "evaluate_search")
    found = {name for action in parser._actions for name in action.option_strings}
    return {name for name in found if name.startswith("--")} - DJANGO


def test_the_page_has_the_options_there_are() -> None:
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE)) == options()


def test_the_files_of_the_example_are_there() -> None:
    paths = re.findall(r"assistant/demo/data/\S+", PAGE)

    assert len(paths) == 2
    assert all((ROOT / path).is_file() for path in paths)
