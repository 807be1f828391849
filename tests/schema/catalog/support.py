"""Running ``manage.py schema verify`` on the database ``scratch``."""

from io import StringIO

from django.core.management import call_command


def verify(*arguments, database="scratch"):
    """Return what the command prints, and its exit code."""
    out, code = StringIO(), 0
    try:
        call_command("schema", "verify", "--database", database, *arguments, stdout=out)
    except SystemExit as end:
        code = end.code
    return out.getvalue(), code


def found(text):
    """Return how the lines about differences begin: what differs."""
    return [line.partition(":")[0] for line in text.splitlines() if ": expected " in line]
