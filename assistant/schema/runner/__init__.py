"""Migrating from Python, without a command line and perhaps without Django around."""

from assistant.schema.runner.migrations import MigrationRunner

__all__ = ["MigrationRunner"]
