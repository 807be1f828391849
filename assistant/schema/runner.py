"""Placeholder."""


class MigrationRunner:
    """Not yet."""
