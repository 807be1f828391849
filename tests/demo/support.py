"""All rows of a database, and management commands of other projects."""

import os
import subprocess
import sys

from django.conf import settings
from psycopg import sql

from tests.contract.databases import connect

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


def dump(name: str) -> dict[str, list[str]]:
    """Return every row of every table as text."""
    with connect(name) as client:
        return {
            table: [
                row
                for (row,) in client.execute(
                    sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1").format(sql.Identifier(table))
                )
            ]
            for (table,) in client.execute(TABLES).fetchall()
        }


def run(module: str, database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a management command with a settings module on a database."""
    return subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": module,
            "HOST_DATABASE": database,
            "PYTHONPATH": str(settings.BASE_DIR),
        },
        capture_output=True,
        text=True,
        check=False,
    )
