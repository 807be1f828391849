"""Files with their bytes, in groups that fit a transaction and the memory."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.conf import conf
from assistant.embeddings.documents.errors import UnreadableError
from assistant.embeddings.documents.finding import Finder, Problem, reason_of
from assistant.embeddings.documents.reports import Report
from assistant.embeddings.models import KnowledgeDocument

__all__ = ["MAX_SOURCE", "File", "batches", "files", "problem_of_name", "too_large"]

# What one transaction stores at most.
MAX_FILES = 100
MAX_BATCH_BYTES = 16 * 1024**2
MAX_SOURCE = KnowledgeDocument._meta.get_field("source").max_length or 500


@dataclass(frozen=True)
class File:
    """The bytes of a file, and under which name they are stored."""

    source: str
    data: bytes
    file_hash: str
    is_named: bool

    @classmethod
    def of(cls, data: bytes, *, source: str, is_named: bool = True) -> "File":
        """Return a file with its hash."""
        return cls(source, data, hashlib.sha256(data).hexdigest(), is_named)


def files(finder: Finder, paths: Sequence[str], report: Report) -> Iterator[File]:
    """Yield the files that are found, with their bytes."""
    for path, is_named in finder.find(paths):
        try:
            source = str(path)
            if problem := problem_of_name(source):
                raise UnreadableError(problem)
            yield File.of(read_bytes(path), source=source, is_named=is_named)
        except FileNotFoundError:  # meanwhile
            report.skipped["gone"] += 1
        except UnreadableError as error:
            report.failed.append(Problem(str(path), str(error)))
        except OSError as error:
            report.failed.append(Problem(str(path), reason_of(error)))


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, unless there are too many."""
    limit = conf.INGEST_MAX_BYTES
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise UnreadableError(too_large())
    return data


def too_large() -> str:
    """Say that a file has too many bytes."""
    limit = f"{conf.INGEST_MAX_BYTES:,}"
    return f"it has more than {limit} bytes: raise INGEST_MAX_BYTES of the setting ASSISTANT"


def problem_of_name(source: str) -> str | None:
    """Say why a file cannot be stored under its name, or return None."""
    try:
        source.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    if "\0" in source:
        return "its name has a null character"
    if len(source) > MAX_SOURCE:
        return f"its path has {len(source)} characters, and {MAX_SOURCE} can be stored"
    return None


def batches(found: Iterator[File]) -> Iterator[list[File]]:
    """Yield files in groups that fit a transaction and the memory."""
    batch: list[File] = []
    size = 0
    for file in found:
        batch.append(file)
        size += len(file.data)
        if len(batch) >= MAX_FILES or size >= MAX_BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
