"""The smallest project on an embedded server, whose database is the JSON in ``PROJECT_DATABASE``.

``project.py COMMAND ...`` is its manage.py. ``project.py -c CODE`` runs Python, and
``project.py -i`` runs what it reads, one JSON string of Python a line, and answers each.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[3])

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402


def query(text: str) -> Any:
    """Return the first value of a statement's first row."""
    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchone()[0] if cursor.description else None


NAMES: dict[str, Any] = {"connection": connection, "os": os, "query": query, "sys": sys}


def serve() -> None:
    """Answer lines until the input ends."""
    for line in sys.stdin:
        code = json.loads(line)
        try:
            try:
                result = {"result": eval(code, NAMES)}  # noqa: S307
            except SyntaxError:
                exec(code, NAMES)  # noqa: S102
                result = {"result": None}
        except Exception as error:
            result = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        print(json.dumps(result, default=str), flush=True)  # noqa: T201


def become(uid: int) -> None:
    """Go on as another user, for whom this Python may be out of reach: import first."""
    if uid == os.geteuid():
        return
    import psycopg.pq  # noqa: F401, PLC0415
    from django.core.checks import run_checks  # noqa: PLC0415
    from django.core.management.commands import migrate  # noqa: F401, PLC0415

    import assistant.db.embedded.base  # noqa: PLC0415

    run_checks()
    assert assistant.db.embedded.base
    os.chdir("/")
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def main(arguments: list[str]) -> None:
    """Run a management command, code, or a conversation."""
    database = json.loads(os.environ["PROJECT_DATABASE"])
    settings.configure(DATABASES={"default": database}, USE_TZ=True, SECRET_KEY="x")
    django.setup()
    become(int(os.environ.get("PROJECT_UID", os.geteuid())))
    if arguments[1:] == ["-i"]:
        serve()
    elif arguments[1:2] == ["-c"]:
        exec(arguments[2], NAMES)  # noqa: S102
    else:
        from django.core.management import execute_from_command_line  # noqa: PLC0415

        execute_from_command_line(arguments)


if __name__ == "__main__":
    main(sys.argv)
