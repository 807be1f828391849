"""What an alteration did."""

from dataclasses import dataclass, field

__all__ = ["Summary", "TableSummary"]


@dataclass(frozen=True)
class TableSummary:
    """A table as it was: its rows, and how many of them had a NULL where now is a default."""

    table: str
    rows: int
    filled: int


@dataclass
class Summary:
    """What an alteration did, and the migrations (app, name) that it stands for."""

    migrations: tuple[tuple[str, str], ...]
    tables: list[TableSummary] = field(default_factory=list)
    # Rows of conversation_stats beyond the first of their conversation.
    merged_statistics: int = 0
    # Vectors whose arrays are kept, by the name of the table that keeps them.
    arrays: dict[str, int] = field(default_factory=dict)
    # Rows of the files' own table of what was run.
    earlier_files: int = 0
