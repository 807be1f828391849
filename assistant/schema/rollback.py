"""Placeholder."""

from typing import Any


def refuse_irreversible(connection: Any, plan: Any) -> None:
    """Do nothing yet."""
