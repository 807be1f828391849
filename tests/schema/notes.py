"""An installed app whose files are the test's own."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.test import modify_settings

MODELS = """
from django.db import models

class Note(models.Model):
    pass

class Draft(models.Model):
    pass
"""
FIRST = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = [{operations}]
"""
CREATE_NOTE = """
    migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))])
"""


class Notes:
    """An installed app whose files are the test's own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("__init__.py")
        self.write("models.py", MODELS)
        self.write("migrations/__init__.py")

    def write(self, name: str, text: str = "") -> None:
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        importlib.invalidate_caches()

    def migration(self, name: str, *, after: str = "", operations: str = "") -> None:
        dependencies = [("notes", after)] if after else []
        text = FIRST.format(dependencies=dependencies, operations=operations)
        self.write(f"migrations/{name}.py", text)

    def files(self) -> set[str]:
        found = (path for path in self.path.rglob("*") if "__pycache__" not in path.parts)
        return {path.relative_to(self.path).as_posix() for path in found}

    def read(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")


@contextmanager
def installed_notes(path: Path) -> Iterator[Notes]:
    """Install an app with one migration, which creates the table of one of its models."""
    app = Notes(path / "notes")
    app.migration("0001_create_notes", operations=CREATE_NOTE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(path)
        with modify_settings(INSTALLED_APPS={"append": "notes"}):
            yield app
    apps.all_models.pop("notes", None)
    for name in [name for name in sys.modules if name.partition(".")[0] == "notes"]:
        del sys.modules[name]
