"""What a migration is: its text and that of its SQL files, as one number."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from django.db.migrations import Migration

from assistant.db.operations import RunSQLFile

__all__ = ["checksum", "files_of"]


def checksum(migration: Migration) -> str | None:
    """Return the SHA-256 of a migration's files, in hexadecimal digits.

    Line ends do not count. None where the files are not there, as in an installation that has
    only bytecode.
    """
    digest = hashlib.sha256()
    for path in files_of(migration):
        try:
            text = path.read_bytes()
        except OSError:
            return None
        text = text.replace(b"\r\n", b"\n")
        digest.update(b"%s\0%d\0%s" % (path.name.encode(), len(text), text))
    return digest.hexdigest()


def files_of(migration: Migration) -> Iterator[Path]:
    """Yield the file of a migration and the SQL files that it runs, their reverses too."""
    module = sys.modules[type(migration).__module__]
    yield Path(module.__file__ or "").with_suffix(".py")
    for operation in migration.operations:
        if isinstance(operation, RunSQLFile):
            yield from operation.paths(migration.app_label)
