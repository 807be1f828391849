"""Trying a migration again whose tables were in use."""

from time import monotonic, sleep

from django.db.migrations import Migration

from assistant.schema.errors import MigrationError

__all__ = ["Tries"]

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0


class Tries:
    """Counts the tries of each migration, further and further apart, until the time is over."""

    def __init__(self, *, limit: float) -> None:
        self.limit = limit
        self._name = ""
        self._deadline = 0.0
        self._pause = FIRST_PAUSE

    def another(self, migration: Migration, blockers: str) -> str:
        """Return what to say about another try; raise ``MigrationError`` if it was the last."""
        name = str(migration)
        if name != self._name:
            self._name, self._pause = name, FIRST_PAUSE
            self._deadline = monotonic() + self.limit
        remaining = self._deadline - monotonic()
        if remaining <= 0:
            raise MigrationError(
                f"{name}: a table that it changes was in use for {self.limit:g} s. Nothing of it "
                f"was applied; what came before it is. Open transactions: {blockers}. Run migrate "
                "again when they have ended."
            )
        self._pause = min(self._pause * 2, LONGEST_PAUSE, remaining)
        return (
            f"{name}: a table that it changes is in use; who waits for it goes first. "
            f"Trying again in {self._pause:.1f} s. Open transactions: {blockers}."
        )

    def pause(self) -> None:
        """Sleep until the next try."""
        sleep(self._pause)
