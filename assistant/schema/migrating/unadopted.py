"""A database that the SQL files made, and that nobody has adopted yet."""

from typing import Any

from django.conf import settings

from assistant.schema.errors import MigrationError

__all__ = ["refuse_unadopted"]

# The tables of the first file, as one row.
ARE_THERE = """
SELECT count(*) = 3 FROM pg_class
WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind = 'r'
  AND relname IN ('users', 'system_settings', 'model_configs')
"""


def refuse_unadopted(connection: Any) -> None:
    """Raise ``MigrationError`` before anything is migrated where the files' tables are in the way.

    For a database without migrations of ours. With a user model of its own a project has none of
    the files' tables.
    """
    if settings.AUTH_USER_MODEL != "assistant_accounts.User":
        return
    with connection.cursor() as cursor:
        cursor.execute(ARE_THERE)
        if cursor.fetchone()[0]:
            raise MigrationError(
                f'Database "{connection.settings_dict["NAME"]}" has the tables users, '
                "system_settings and model_configs, which no migration made. If the SQL files did, "
                "take it over: manage.py schema adopt --dry-run, then manage.py schema adopt. "
                "Nothing was changed."
            )
