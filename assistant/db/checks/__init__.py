"""System checks that every app brings along, one file a concern; ``docs/checks.md`` lists all.

Each app registers them when it is ready, so that any of them alone has them.
"""

from django.core.checks import Tags
from django.core.checks import register as _register

from assistant.db.checks.assistant_setting import check_assistant_setting
from assistant.db.checks.databases import check_databases, register_database_check
from assistant.db.checks.postgres_app import check_postgres_app
from assistant.db.checks.server import check_server
from assistant.db.checks.settings_module import check_settings_module
from assistant.db.checks.sql_files import check_sql_files

__all__ = ["register", "register_database_check"]


def register() -> None:
    """Register the checks; again changes nothing."""
    _register(check_assistant_setting)
    _register(check_settings_module)
    _register(check_postgres_app)
    _register(check_sql_files)
    _register(check_databases, Tags.database)
    register_database_check(check_server)
