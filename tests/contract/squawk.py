"""What squawk says of the SQL of a migration, forwards and backwards.

An exception is named where it is made, with its reason: above the statement in an SQL file, on
the line above the comment or behind it,

    -- The table is new, and empty.
    -- squawk-ignore require-concurrent-index-creation

and for SQL that Django makes, anywhere in the migration:

    # squawk-ignore require-concurrent-index-creation: the table is new, and empty.
"""

import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from assistant.db.operations import RunSQLFile

OLDEST_SERVER = "15.0"

# Of all migrations, and why.
EXCLUDED = {
    "require-lock-timeout": "migrate sets it, for every migration, and tries again",
    "require-statement-timeout": "how long a statement takes is a matter of how much data there "
    "is; that nobody waits for it is lock_timeout's and the other rules' matter",
}
# Taking a migration back is dropping what it made.
EXCLUDED_BACKWARDS = {
    f"ban-drop-{each}": "what the migration made goes with it"
    for each in ("column", "constraint", "function", "table", "view")
}

IGNORED = re.compile(r"^\s*# squawk-ignore (?P<rule>[\w-]+)(?P<why>:\s*\S.*)?$", re.MULTILINE)
IGNORED_IN_SQL = re.compile(r"^\s*-- squawk-ignore(?P<what>-file)?\b(?P<rules>.*)$")
COMMENT = re.compile(r"^\s*--\s*\w")


class Finding(NamedTuple):
    """One of squawk's, in the SQL of a migration; the line is counted from 0."""

    line: int
    rule: str
    message: str


def program() -> str:
    """Return where squawk is, or skip the test."""
    found = shutil.which("squawk", path=Path(sys.executable).parent) or shutil.which("squawk")
    if not found:
        pytest.skip("squawk is not installed: pip install squawk-cli")
    return found


def problems(migration: Migration, connection: BaseDatabaseWrapper) -> list[str]:
    """Return what is wrong with a migration, and nowhere excused with a reason."""
    path = Path(str(importlib.import_module(migration.__module__).__file__))
    source = path.read_text(encoding="utf-8")
    ignored = {match["rule"]: bool(match["why"]) for match in IGNORED.finditer(source)}
    found = [
        f"{path.name}: say why: # squawk-ignore {rule}: …"
        for rule, why in ignored.items()
        if not why
    ]
    used = set()
    for backwards in (False, True):
        sql = sql_of(migration, connection, backwards=backwards)
        files = list(files_of(migration, backwards=backwards))
        found += [problem for file in files for problem in unexplained(file)]
        written = {
            line for file in files for line in lines_of(file.read_text(encoding="utf-8"), sql)
        }
        for finding in run(sql, atomic=migration.atomic, backwards=backwards):
            if finding.rule in ignored and finding.line not in written:
                used.add(finding.rule)
            else:
                found.append(describe(finding, migration, sql, backwards=backwards))
    found += [f"{path.name}: squawk finds no {rule}" for rule in ignored if rule not in used]
    return found


def sql_of(migration: Migration, connection: BaseDatabaseWrapper, *, backwards: bool) -> str:
    """Return what ``sqlmigrate`` shows, but for the transaction around it."""
    loader = MigrationLoader(connection, replace_migrations=False)
    return "\n".join(loader.collect_sql([(migration, backwards)]))


def files_of(migration: Migration, *, backwards: bool) -> Iterator[Path]:
    """Yield the SQL files that a migration runs."""
    for operation in migration.operations:
        if isinstance(operation, RunSQLFile):
            yield operation.paths(migration.app_label)[backwards]


def lines_of(text: str, sql: str) -> range:
    """Return the numbers of the lines of the whole that a file is."""
    text = text.strip()
    start = sql.count("\n", 0, sql.index(text))
    return range(start, start + text.count("\n") + 1)


def unexplained(path: Path) -> Iterator[str]:
    """Yield the exceptions in an SQL file that have no reason, or no rule."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if not (match := IGNORED_IN_SQL.match(line)):
            continue
        rules, _, why = match["rules"].partition("--")
        if match["what"] or not rules.strip():
            yield f"{path.name}:{number + 1}: name the rule, above the statement: {line.strip()}"
        above = lines[number - 1] if number else ""
        if not why.strip() and (not COMMENT.match(above) or IGNORED_IN_SQL.match(above)):
            yield f"{path.name}:{number + 1}: say why on the line above: {line.strip()}"


def run(sql: str, *, atomic: bool, backwards: bool) -> Iterator[Finding]:
    """Yield what squawk finds."""
    excluded = {**EXCLUDED, **(EXCLUDED_BACKWARDS if backwards else {})}
    command = [program(), "--reporter", "json", "--pg-version", OLDEST_SERVER]
    command += ["--stdin-filepath", "migration.sql"]
    if atomic:
        command.append("--assume-in-transaction")
    done = subprocess.run(command, input=sql, capture_output=True, text=True, check=False)
    # 1: there are findings. Anything else is a failure of its own, with no findings to read.
    assert done.returncode in (0, 1), done.stderr
    for each in json.loads(done.stdout):
        # Not by --exclude, which refuses rules that an older squawk does not know.
        if each["rule_name"] not in excluded:
            yield Finding(each["line"], each["rule_name"], each["message"])


def describe(finding: Finding, migration: Migration, sql: str, *, backwards: bool) -> str:
    """Name the migration, the statement, the rule and its reason."""
    lines: Any = dict(enumerate(sql.splitlines()))
    direction = "backwards" if backwards else "forwards"
    where = lines.get(finding.line, "").strip()
    return f"{migration} {direction}, {where!r}: {finding.rule}: {finding.message}"
