"""What goes wrong with migrations, told in one line."""

from django.core.management.base import CommandError

__all__ = ["MigrationError"]


class MigrationError(CommandError):
    """A migration that cannot be run, with what to do about it."""
