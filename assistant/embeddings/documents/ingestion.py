"""From paths, or uploads, to documents in the database."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import Any

from django.db import DatabaseError, connections, router

from assistant.conf import conf
from assistant.embeddings.documents.errors import EmptyFileError, NotTextError, UnreadableError
from assistant.embeddings.documents.finding import Finder, Problem, reason_of
from assistant.embeddings.documents.isolation import Reader
from assistant.embeddings.documents.kinds import TEXT, extension_of, kind_of
from assistant.embeddings.documents.pruning import prune as prune_folder
from assistant.embeddings.documents.reading import Text
from assistant.embeddings.documents.reports import Report
from assistant.embeddings.documents.sources import MAX_SOURCE, File, batches, files
from assistant.embeddings.documents.splitters import Splitters
from assistant.embeddings.documents.storing import Prepared, add_tags, find_stored, store
from assistant.embeddings.models import KnowledgeDocument

__all__ = ["Ingestion", "ingest_paths"]


def ingest_paths(
    paths: Sequence[str],
    *,
    owner: Any = None,
    tags: Sequence[str] = (),
    prune: bool = False,
    dry_run: bool = False,
    using: str | None = None,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Store the files that paths, folders and patterns stand for, as an owner's or everybody's.

    A file that is stored already costs a hash; one that cannot be read is in the report. Stored
    in batches: stopped at any time, and run again, it goes on. ``progress`` is called after each.
    """
    started = time.monotonic()
    ingestion = Ingestion(owner=owner, tags=tags, dry_run=dry_run, using=using)
    report = ingestion.report
    finder = Finder(missing=report.missing, problems=report.failed, skipped=report.skipped)
    with ingestion:
        for batch in batches(files(finder, paths, report)):
            ingestion.ingest(batch)
            report.seconds = time.monotonic() - started
            progress(report)
    if prune:
        for folder in finder.folders:
            ingestion.prune(folder, finder=finder)
    report.seconds = time.monotonic() - started
    return report


class Ingestion:
    """Read and store files in batches, and count what became of them."""

    def __init__(
        self,
        *,
        owner: Any = None,
        tags: Sequence[str] = (),
        dry_run: bool = False,
        using: str | None = None,
    ) -> None:
        self.owner = owner
        self.tags = list(dict.fromkeys(tags))
        self.dry_run = dry_run
        self.using = using or router.db_for_write(KnowledgeDocument)
        self.report = Report()
        self.reader = Reader(max_bytes=conf.INGEST_MAX_BYTES, max_seconds=conf.INGEST_MAX_SECONDS)
        self.splitters = Splitters(using=self.using, note=self.report.note)

    def __enter__(self) -> "Ingestion":
        return self

    def __exit__(self, *details: object) -> None:
        self.reader.stop()

    def ingest(self, batch: Sequence[File]) -> None:
        """Store those files of a batch that are new or changed."""
        stored = find_stored([file.source for file in batch], owner=self.owner, using=self.using)
        prepared, untagged = [], []
        for file in batch:
            self.report.bytes += len(file.data)
            row = stored.get(file.source)
            if row is not None and row.file_hash == file.file_hash:
                self.report.unchanged += 1
                if not set(self.tags) <= set(row.tags):
                    untagged.append(row.pk)
            elif text := self._read(file, is_stored=row is not None):
                prepared.append(self._prepare(file, text))
        self.report.tagged += len(untagged)
        if self.dry_run:
            changed = sum(item.source in stored for item in prepared)
            self.report.changed += changed
            self.report.added += len(prepared) - changed
            return
        if untagged:
            add_tags(untagged, tags=self.tags, using=self.using)
        if prepared:
            self._store(prepared)

    def prune(self, folder: Path, *, finder: Finder) -> None:
        """Delete the documents of files that are gone, if the folder was read as a whole."""
        if folder not in finder.whole:
            self.report.note(f"Nothing is deleted below {folder}: a folder could not be read.")
        elif not any(folder in path.parents for path in finder.seen):
            self.report.note(
                f"Nothing is deleted below {folder}: it has no documents at all. "
                "Is something to be mounted there?"
            )
        else:
            self.report.deleted.extend(
                prune_folder(folder, owner=self.owner, using=self.using, dry_run=self.dry_run)
            )

    def _read(self, file: File, *, is_stored: bool) -> Text | None:
        path = PurePath(file.source)
        try:
            return self.reader.read(file.data, path=path)
        except EmptyFileError as error:
            if is_stored:  # what it said before is not to be found any more
                kind = kind_of(path) or TEXT
                return Text(path.name[:MAX_SOURCE], "", kind.content_type, kind.language)
            if file.is_named:
                self._fail(file.source, str(error))
            else:
                self.report.skipped["empty"] += 1
        except NotTextError as error:
            if file.is_named or kind_of(path):
                self._fail(file.source, str(error))
            else:
                self.report.skipped["not text"] += 1
        except UnreadableError as error:
            self._fail(file.source, str(error))
        return None

    def _prepare(self, file: File, text: Text) -> Prepared:
        return Prepared(
            source=file.source,
            text=text,
            file_hash=file.file_hash,
            size=len(file.data),
            extension=extension_of(PurePath(file.source)),
            chunks={} if self.dry_run else self.splitters.split(text),
        )

    def _store(self, prepared: Sequence[Prepared]) -> None:
        try:
            counts = store(prepared, owner=self.owner, tags=self.tags, using=self.using)
        except DatabaseError as error:
            if not connections[self.using].is_usable():
                raise
            if len(prepared) == 1:
                self._fail(prepared[0].source, f"the database refuses it: {refusal_of(error)}")
                return
            for item in prepared:  # one of them
                self._store([item])
            return
        self.report.added += counts["added"]
        self.report.changed += counts["changed"]
        self.report.unchanged += counts["unchanged"]
        self.report.chunks += counts["chunks"]

    def _fail(self, source: str, reason: str) -> None:
        self.report.failed.append(Problem(source, reason))


def refusal_of(error: DatabaseError) -> str:
    """Return what the database says, without the row."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "message_primary", None) or reason_of(error)
