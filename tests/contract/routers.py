"""Database routers of projects with several databases."""

from typing import Any

OURS = {
    "assistant_accounts",
    "assistant_settings",
    "assistant_conversations",
    "assistant_embeddings",
    "assistant_schema",
}


class NotHere:
    """Keep the apps, and the admin's log of what users did, off every database."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Say no to the apps, leave the rest to others."""
        return False if app_label in OURS | {"admin"} else None


class UsersElsewhere:
    """Keep users in another database than conversations."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Say no to users, leave the rest to others."""
        return False if app_label in {"assistant_accounts", "auth", "admin"} else None
