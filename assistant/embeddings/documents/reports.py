"""What an ingestion did."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from assistant.embeddings.documents.finding import Problem, printable

__all__ = ["Report"]


@dataclass
class Report:
    """Counts of files, and what there is to say about single ones.

    ``tagged`` are among the unchanged: only tags were added to them. ``skipped`` counts files in
    folders that are no documents, by what they are.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    tagged: int = 0
    chunks: int = 0
    bytes: int = 0
    seconds: float = 0.0
    deleted: list[str] = field(default_factory=list)
    missing: list[Problem] = field(default_factory=list)
    failed: list[Problem] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def files(self) -> int:
        """Return how many files were looked at."""
        return self.added + self.changed + self.unchanged + len(self.failed)

    @property
    def is_failure(self) -> bool:
        """Return whether paths were wrong, or nothing could be read."""
        return bool(self.missing) or (self.files > 0 and self.files == len(self.failed))

    def note(self, text: str) -> None:
        """Keep what is said once."""
        if text not in self.notes:
            self.notes.append(text)

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "tagged": self.tagged,
            "deleted": [printable(path) for path in self.deleted],
            "failed": [
                {"path": printable(item.path), "reason": item.reason}
                for item in (*self.missing, *self.failed)
            ],
            "skipped": dict(self.skipped),
            "chunks": self.chunks,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "notes": self.notes,
        }
