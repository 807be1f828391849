"""In the place of the package that alters the tables: what a takeover asks of it, as one step."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

MIGRATIONS = (
    ("assistant_accounts", "0001_create_users"),
    ("assistant_accounts", "0002_keep_timestamps"),
)


class Alteration:
    """Counts how often it was asked for; does ``then`` in the midst of it."""

    SET_ASIDE = "schema_migrations_before"
    ARRAYS = {"knowledge_base": "knowledge_base_arrays"}
    PREREQUISITES = dict.fromkeys(
        (1, 2, 3),
        (
            ("assistant_schema", "0001_create_schema_migrations"),
            ("auth", "0012_alter_user_first_name_max_length"),
        ),
    )

    def __init__(self, then: Callable[[Any], None]) -> None:
        self.then = then
        self.asked: list[dict[str, Any]] = []

    def set_aside_history(self, connection: Any) -> None:
        """Make way for the view."""
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE IF EXISTS schema_migrations RENAME TO {self.SET_ASIDE}")

    def transform(self, connection: Any, **options: Any) -> SimpleNamespace:
        """Change a little."""
        self.asked.append(options)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE users ADD password varchar(128) DEFAULT '!' NOT NULL")
        self.then(connection)
        return SimpleNamespace(migrations=MIGRATIONS)
