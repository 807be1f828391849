"""What tests of adopting need."""

import json
from io import StringIO
from typing import Any

import psycopg
from django.core.management import call_command

from assistant.schema.adopting.inspection import Inspection, look
from tests.contract.databases import FILES

EXTENSION = 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp";'
FUNCTION = (
    "CREATE OR REPLACE FUNCTION uuid_generate_v4() RETURNS uuid "
    "LANGUAGE sql AS 'SELECT gen_random_uuid()';"
)
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"


def run_files(client: psycopg.Connection[Any], *, stage: int = 3) -> None:
    """Run the first files as they are written, but for an extension few servers have."""
    for path in sorted(FILES.glob("*.sql"))[:stage]:
        client.execute(path.read_text(encoding="utf-8").replace(EXTENSION, FUNCTION))


def found(connection: Any, *, effect: str = "refused", **options: Any) -> list[str]:
    """Return the lines of what is found, without their effect."""
    inspection: Inspection = look(connection, wanted=options.pop("wanted", {}), **options)
    return [each.line[9:] for each in inspection.findings if each.effect == effect]


def adopt(*arguments: str) -> tuple[str, int]:
    """Run the command on ``scratch``; return what it prints, and its exit code."""
    out, code = StringIO(), 0
    try:
        call_command(
            "schema",
            "adopt",
            "--database=scratch",
            "--no-input",
            *arguments,
            stdout=out,
            stderr=out,
        )
    except SystemExit as end:
        code = int(end.code or 0)
    return out.getvalue(), code


def adopt_json(*arguments: str) -> dict[str, Any]:
    """Run the command and return its document."""
    document: dict[str, Any] = json.loads(adopt("--json", *arguments)[0])
    return document
