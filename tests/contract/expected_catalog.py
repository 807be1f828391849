"""The snapshots that ``manage.py schema verify`` compares databases with.

``python -m tests.contract.expected_catalog --write`` makes them: of what the migrations make with
the settings of the tests, in a database that is dropped afterwards. Without ``--write`` it says
which are not what they should be.
"""

import json
import os
import sys

import django
from django.db.migrations.loader import MigrationLoader

from assistant.schema.catalog.reading import read_catalog
from assistant.schema.catalog.snapshots import DIRECTORY
from tests.contract.databases import alias, database


def texts(name: str) -> dict[str, str]:
    """Migrate an empty database, step by step; return the text of a snapshot an app."""

    # These need the apps.
    from tests.contract import migrating, snapshot  # noqa: PLC0415

    makers = {label: snapshot.Maker() for label in migrating.LABELS}
    migrations = MigrationLoader(None).disk_migrations
    with alias(name) as connection:
        before = read_catalog(connection)
        for node in migrating.steps_up(connection):
            migrating.apply(connection, node)
            after = read_catalog(connection)
            if node[0] in makers:
                makers[node[0]].note(migrations[node], before, after)
            before = after
    return {
        label: json.dumps(maker.document(before), indent=1, ensure_ascii=False) + "\n"
        for label, maker in makers.items()
        if maker.migrations
    }


def main() -> int:
    """Write the files, or say which differ."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.conftest import remove_server  # noqa: PLC0415

    try:
        with database("expected") as name:
            found = texts(name)
    finally:
        remove_server()
    differs = False
    for label, text in found.items():
        path = DIRECTORY / f"{label}.json"
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        differs = True
        sys.stdout.write(f"{path.name} differs\n")
        if "--write" in sys.argv:
            path.write_text(text, encoding="utf-8")
    return int(differs and "--write" not in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
