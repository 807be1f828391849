"""Deleting the documents whose files are gone."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from assistant.embeddings.models import KnowledgeDocument

__all__ = ["prune"]

BATCH = 500


def prune(folder: Path, *, owner: Any, using: str, dry_run: bool) -> Iterator[str]:
    """Delete an owner's documents of files below a folder that are gone, and yield their sources.

    A file that is there but cannot be looked at is not gone.
    """
    rows = KnowledgeDocument._base_manager.using(using)
    rows = rows.filter(owner=owner) if owner is not None else rows.filter(owner=None)
    below = rows.filter(source__startswith=os.path.join(folder, "")).order_by("source")
    gone = [
        (pk, source or "")
        for pk, source in below.values_list("pk", "source").iterator(chunk_size=2_000)
        if is_gone(source or "")
    ]
    for start in range(0, len(gone), BATCH):
        batch = gone[start : start + BATCH]
        if not dry_run:
            with transaction.atomic(using=using):
                # Their contents stay where they are; the database deletes what belongs to them.
                keys = [pk for pk, source in batch]
                rows.filter(pk__in=keys).only("pk").order_by().delete()
        yield from (source for pk, source in batch)


def is_gone(path: str) -> bool:
    """Return whether there surely is no such file."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
