"""Uploaded files become documents, known by their names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from assistant.conf import conf
from assistant.embeddings.documents.ingestion import Ingestion
from assistant.embeddings.documents.sources import File, problem_of_name, too_large
from assistant.embeddings.documents.storing import find_stored

__all__ = ["Uploaded", "ingest_uploads"]


@dataclass(frozen=True)
class Uploaded:
    """What became of an uploaded file: "added", "changed", "unchanged", or why it "failed"."""

    name: str
    outcome: str
    reason: str = ""
    pk: UUID | None = None


def ingest_uploads(
    files: Iterable[UploadedFile],
    *,
    owner: Any = None,
    tags: Sequence[str] = (),
    may_change: bool = True,
    using: str | None = None,
) -> tuple[list[Uploaded], list[str]]:
    """Store uploaded files as an owner's documents or everybody's; the file's name is the source.

    A document of the same name and owner is replaced, unless ``may_change`` is false. Returns
    what became of each, and what there is to say about all.
    """
    with Ingestion(owner=owner, tags=tags, using=using) as ingestion:
        done = [ingest_upload(ingestion, file, may_change=may_change) for file in files]
        return done, ingestion.report.notes


def ingest_upload(ingestion: Ingestion, file: UploadedFile, *, may_change: bool) -> Uploaded:
    """Store one file."""
    name = file.name or ""
    problem = problem_of_name(name)
    if problem is None and (file.size or 0) > conf.INGEST_MAX_BYTES:
        problem = too_large()
    if problem:
        return Uploaded(name, "failed", problem)
    identity: Any = {"owner": ingestion.owner, "using": ingestion.using}
    known = find_stored([name], **identity)
    report = ingestion.report
    if known and not may_change:
        return Uploaded(
            name, "failed", "there is a document of this name, which you may not change"
        )
    before = (report.added, report.changed)
    failures = len(report.failed)
    ingestion.ingest([File.of(file.read(), source=name)])
    if len(report.failed) > failures:
        return Uploaded(name, "failed", report.failed[-1].reason)
    stored = find_stored([name], **identity).get(name)
    outcomes = {
        (1, 0): "added",
        (0, 1): "changed",
    }
    change = (report.added - before[0], report.changed - before[1])
    return Uploaded(name, outcomes.get(change, "unchanged"), pk=stored.pk if stored else None)
