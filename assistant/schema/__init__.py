"""Keeping the database itself right: migrations that run one at a time, and what was applied.

``MigrationRunner`` is importable before Django is configured; nothing here is imported with it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.schema.runner import MigrationRunner

__all__ = ["MigrationRunner"]


def __getattr__(name: str) -> Any:
    # Not at import: every process imports the app, few run migrations.
    if name == "MigrationRunner":
        from assistant.schema.runner import MigrationRunner  # noqa: PLC0415

        return MigrationRunner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
