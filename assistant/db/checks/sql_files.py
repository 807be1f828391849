"""Numbered SQL files and the migrations that run them, as they lie on disk.

Nothing is imported: an app is read only if it has a directory ``sql`` and a migration whose text
names ``RunSQLFile``. Other files that a host keeps in such a directory are none of our business.
"""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error

__all__ = ["UNWRITTEN", "check_sql_files", "has_statement"]

# How the comment begins that stands for SQL that nobody has written yet.
UNWRITTEN = "-- To be written:"

OPERATION = "RunSQLFile"
FORWARD, REVERSE = ".sql", ".reverse.sql"
NUMBERED = re.compile(r"\d{4}_\w+")

# Blank space, empty statements and comments, of which those of several lines may hold others.
NOTHING = re.compile(r"(?:[\s;\ufeff]+|--[^\n]*)+")
BOUND = re.compile(r"/\*|\*/")


class Run(NamedTuple):
    """A migration that runs SQL files."""

    path: Path
    names: set[str]  # those it certainly runs
    mentions: set[str]  # those it may run, where a name is no literal


def check_sql_files(**kwargs: Any) -> list[CheckMessage]:
    """Miss what a numbered SQL file needs: a migration, its reverse, a statement."""
    return [problem for config in apps.get_app_configs() for problem in problems_of(config)]


def problems_of(config: AppConfig) -> Iterator[CheckMessage]:
    """Yield what is wrong with the SQL files of one app."""
    folder = Path(config.path) / "sql"
    if not folder.is_dir() or not (runs := list(migrations_that_run(config))):
        return
    files = {path.name for path in folder.glob(f"*{FORWARD}")}
    backward = {name.removesuffix(REVERSE) for name in files if name.endswith(REVERSE)}
    forward = {name.removesuffix(FORWARD) for name in files if not name.endswith(REVERSE)}
    run = {name for each in runs for name in each.names}
    ours = run | {name for name in forward | backward if NUMBERED.fullmatch(name)}
    mentioned = run.union(*(each.mentions for each in runs))

    for each in runs:
        for name in sorted(each.names - forward):
            yield _missing(each.path, folder / f"{name}{FORWARD}", config)
    for name in sorted(ours):
        path, reverse = folder / f"{name}{FORWARD}", folder / f"{name}{REVERSE}"
        if name in forward:
            if name not in mentioned:
                yield _not_run(path, config)
            if name not in backward:
                yield _one_way(path, reverse, config)
        elif name not in run:
            yield _no_forward(reverse, path, config)
        yield from (_unwritten(each, config) for each in (path, reverse) if is_unwritten(each))


def migrations_that_run(config: AppConfig) -> Iterator[Run]:
    """Yield the migrations of an app that run SQL files."""
    folder = _migrations_of(config)
    for path in sorted(folder.glob("*.py")) if folder else ():
        source = path.read_bytes()
        # Most are not: parsing is what takes time.
        if OPERATION.encode() in source and (found := _read(path, source)):
            yield found


def _migrations_of(config: AppConfig) -> Path | None:
    if config.label not in settings.MIGRATION_MODULES:
        return Path(config.path) / "migrations"
    module = settings.MIGRATION_MODULES[config.label]
    try:
        spec = find_spec(module) if module else None
    except ImportError:
        return None  # Django says so where it matters
    return Path(spec.origin).parent if spec and spec.origin else None


def _read(path: Path, source: bytes) -> Run | None:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return None  # Python says so
    if not any(_named(node) == OPERATION for node in nodes):
        return None  # a comment has it
    calls = [
        node for node in nodes if isinstance(node, ast.Call) and _named(node.func) == OPERATION
    ]
    # Without a call it has another name here.
    names = {_literal(_name_argument(call)) for call in calls} or {None}
    mentions = {path.stem} | {text for node in nodes if (text := _literal(node))}
    return Run(path, {name for name in names if name}, mentions if None in names else set())


def _named(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            return name
    return None


def _name_argument(call: ast.Call) -> ast.AST | None:
    if call.args:
        return call.args[0]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "name"), None)


def _literal(node: ast.AST | None) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def is_unwritten(path: Path) -> bool:
    """Return whether a file that is there does nothing, and does not say why.

    Backwards there may be nothing to do: a comment says so, as in "The rows stay".
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False  # it is missed elsewhere, or running it says so
    if has_statement(text):
        return False
    return not path.name.endswith(REVERSE) or UNWRITTEN in text or not text.strip()


def has_statement(text: str) -> bool:
    """Return whether SQL is more than comments."""
    position = 0
    while position < len(text):
        if found := NOTHING.match(text, position):
            position = found.end()
        elif text.startswith("/*", position):
            position = _end_of_comment(text, position)
        else:
            return True
    return False


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for bound in BOUND.finditer(text, start):
        depth += 1 if bound[0] == "/*" else -1
        if depth == 0:
            return bound.end()
    return len(text)


def _not_run(path: Path, config: AppConfig) -> CheckMessage:
    return Error(
        f"No migration runs {path}.",
        hint=f"Name it in a migration of the app, {OPERATION}({path.stem!r}), or remove it.",
        obj=config.label,
        id="assistant.E021",
    )


def _one_way(path: Path, reverse: Path, config: AppConfig) -> CheckMessage:
    return Error(
        f"{path} has no reverse.",
        hint=f"Write {reverse.name} beside it: what takes it back, or a comment that says why "
        "nothing does.",
        obj=config.label,
        id="assistant.E022",
    )


def _no_forward(reverse: Path, path: Path, config: AppConfig) -> CheckMessage:
    return Error(
        f"{reverse} takes back what is not there.",
        hint=f"Write {path.name} beside it and a migration that runs it, or remove it.",
        obj=config.label,
        id="assistant.E023",
    )


def _missing(migration: Path, path: Path, config: AppConfig) -> CheckMessage:
    return Error(
        f"{migration} runs {path}, which is not there.",
        hint="Write it, correct the name, or see to it that packages of the app have its SQL.",
        obj=config.label,
        id="assistant.E024",
    )


def _unwritten(path: Path, config: AppConfig) -> CheckMessage:
    return Error(
        f"{path} has no statement.",
        hint="Write it"
        + (", or say in a comment why nothing is done." if path.name.endswith(REVERSE) else "."),
        obj=config.label,
        id="assistant.E025",
    )
