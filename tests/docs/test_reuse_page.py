"""docs/reuse.md against the settings, the tables and the projects whose code it shows."""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection

from assistant.conf import AssistantSettings
from assistant.conversations.models import ConversationStats
from assistant.db.operations.foreign_keys import OnDelete
from tests import factories
from tests.reuse.test_databases import BESIDE_PUBLIC
from tests.reuse.test_parts import PARTS

ROOT = Path(__file__).resolve().parents[2]
HOSTS = ROOT / "tests" / "reuse" / "hosts"
PAGE = (ROOT / "docs" / "reuse.md").read_text(encoding="utf-8")
BLOCKS = [dedent(text).strip("\n") for text in re.findall(r"\n\n((?: {4}.*\n|\n)+)", PAGE)]
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))

MODELS = [
    model
    for config in apps.get_app_configs()
    if config.name.startswith("assistant.")
    for model in config.get_models(include_auto_created=True)
]
# One has no model.
TABLES = {model._meta.db_table for model in MODELS} | {"schema_migration_details"}


def snippets() -> Iterator[Any]:
    """Yield the path and the lines of code that is from a file of a project."""
    for block in BLOCKS:
        path, lines = None, list[str]()
        for line in [*block.splitlines(), "# end/of.py"]:
            if header := re.fullmatch(r"# (\w+/[\w/]+\.py)", line):
                if path:
                    yield pytest.param(path, lines, id=f"{path}: {lines[0]}")
                path, lines = header[1], []
            elif line.strip() and line.strip() != "# …":
                lines.append(line)


def names_in(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@pytest.mark.parametrize("path,lines", [*snippets()])
def test_code_from_a_file_is_in_that_file(path: str, lines: list[str]) -> None:
    def holds(file: Path) -> bool:
        remaining = iter(file.read_text(encoding="utf-8").splitlines())
        return all(line in remaining for line in lines)

    files = [*HOSTS.glob(path), *HOSTS.glob(f"*/{path}")]

    assert any(holds(file) for file in files), files


def test_the_page_shows_code_from_files() -> None:
    assert len(list(snippets())) >= 9


def test_every_setting_is_in_the_table() -> None:
    row = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
    _header, *rows = row.findall(SECTIONS["Settings"])

    def default(value: Any) -> str:
        values = value if isinstance(value, tuple) else [value]
        return ", ".join(f"`{each}`" for each in values)

    assert rows == [
        (f"`{key.name}`", key.expected.removeprefix("a "), default(key.default), key.description)
        for key in AssistantSettings()
    ]


def test_what_a_part_needs_is_what_it_is_tested_with() -> None:
    rows = re.findall(r"^\| `assistant\.(\w+)` \| (.*?) ?\|", PAGE, re.MULTILINE)
    needs = {f"assistant.{name}": set(names_in(text)) - {"vector"} for name, text in rows}

    for part, tested in PARTS.items():
        app = f"assistant.{part}"
        indirectly = set().union(*(needs.get(other, set()) for other in needs[app]))
        assert {app} | needs[app] | indirectly == set(tested.split())


def test_every_table_and_label_is_named() -> None:
    names = names_in(SECTIONS["Table names"])

    assert set(names) >= TABLES
    assert {model._meta.app_label for model in MODELS} == {
        name for name in names if name.startswith("assistant_")
    }


def test_the_query_finds_every_table(db: None) -> None:
    [query] = [block for block in BLOCKS if block.startswith("SELECT")]
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {name for _schema, name in cursor.fetchall()}

    assert found == TABLES


def test_every_admin_class_is_named() -> None:
    registered = {
        type(admin.site.get_model_admin(m)) for m in MODELS if admin.site.is_registered(m)
    }
    [listed] = re.findall(r"^The classes: (.*?)\.\s+Unregister", PAGE, re.MULTILINE | re.DOTALL)

    expected = set()
    for module in listed.split(";"):
        first, *others = names_in(module)
        package = first.rpartition(".")[0]
        expected |= {first, *(f"{package}.{name}" for name in others)}
    assert {name.rpartition(".")[2] for name in expected} == {each.__name__ for each in registered}
    for name in expected:
        package, _, cls = name.rpartition(".")
        assert getattr(__import__(package, fromlist=[cls]), cls) in registered


def test_every_rule_of_deletion_is_named() -> None:
    [sentence] = re.findall(r"`on_delete` is (.*?), and\s+goes", PAGE, re.DOTALL)

    assert set(names_in(sentence)) == set(get_args(OnDelete))


def test_the_search_path_is_the_tested_one() -> None:
    [line] = [block for block in BLOCKS if block.startswith("DATABASES")]
    settings: dict[str, Any] = {"DATABASES": {"default": {}}}

    exec(line, settings)  # noqa: S102

    assert settings["DATABASES"]["default"]["OPTIONS"] == {"options": BESIDE_PUBLIC}


def test_the_code_of_a_factory_runs(db: None) -> None:
    [code] = [block for block in BLOCKS if "Conversation.objects.create(" in block]

    exec(code, {"user": factories.make_user()})  # noqa: S102

    assert ConversationStats.objects.get().total_tokens == 2
