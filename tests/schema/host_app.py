"""A host's app that is made for one test: a package of migrations."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.test.utils import override_settings

LABEL = "notes"
CREATE = 'migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))]),'

MIGRATION = """
from django.db import migrations, models

from assistant.db.operations import RefuseReverse


def fill_gaps(apps, schema_editor):
    pass


class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = [{operations}]
"""


@contextmanager
def installed(
    folder: Path,
    migrations: dict[str, str],
    *,
    label: str = LABEL,
    after: tuple[str, str] | None = None,
) -> Iterator[None]:
    """Install an app whose migrations, one after the other, hold these operations."""
    package = folder / label / "migrations"
    package.mkdir(parents=True)
    (folder / label / "__init__.py").touch()
    (package / "__init__.py").touch()
    dependencies = [after] if after else []
    for name, operations in migrations.items():
        text = MIGRATION.format(dependencies=dependencies, operations=operations)
        (package / f"{name}.py").write_text(text, encoding="utf-8")
        dependencies = [(label, name)]
    sys.path.insert(0, str(folder))
    try:
        with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, label]):
            yield
    finally:
        sys.path.remove(str(folder))
        for name in [each for each in sys.modules if each.partition(".")[0] == label]:
            del sys.modules[name]
