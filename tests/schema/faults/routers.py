"""A router of a project with two databases."""

from typing import Any

ACCOUNTS = {"assistant_accounts", "auth", "admin"}


class NoAccountsInOther:
    """Keep users on the default database."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Say no to users elsewhere."""
        return False if db == "other" and app_label in ACCOUNTS else None
