"""The SQL of the alteration: numbered files here, and those of the migrations."""

from pathlib import Path
from typing import Any

from django.apps import apps

from assistant.db.operations.sql_files import PIN_SEARCH_PATH, RESTORE_SEARCH_PATH

__all__ = ["ask", "quote", "run", "run_migration_file", "run_table_file"]

HERE = Path(__file__).parent


def run(connection: Any, statement: Any, parameters: Any = None) -> int:
    """Run a statement, and return how many rows it was about."""
    with connection.cursor() as cursor:
        # Without parameters a percent sign stays one, and there may be several statements.
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def ask(connection: Any, query: str, parameters: Any = None) -> list[Any]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def quote(name: str) -> str:
    """Return a name that somebody else chose as SQL spells it."""
    return '"' + name.replace('"', '""') + '"'


def run_table_file(connection: Any, table: str, **values: str) -> None:
    """Run the file of a table, with SQL in the place of each ``:name``."""
    [path] = HERE.glob(f"[0-9][0-9][0-9]_{table}.sql")
    text = path.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f":{name}", value)
    run(connection, text)


def run_migration_file(connection: Any, app_label: str, name: str) -> None:
    """Run the SQL file of a migration; functions of the same name become ours.

    They are replaced, not dropped: what uses them goes on using them.
    """
    path = Path(apps.get_app_config(app_label).path) / "sql" / f"{name}.sql"
    text = path.read_text(encoding="utf-8")
    text = text.replace("\nCREATE FUNCTION ", "\nCREATE OR REPLACE FUNCTION ")
    for script in (PIN_SEARCH_PATH, text, RESTORE_SEARCH_PATH):
        run(connection, script)
