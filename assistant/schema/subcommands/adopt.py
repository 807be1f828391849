"""Take over a database that the SQL files made."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from assistant.conf import conf
from assistant.schema.adopting.databases import FILES, refuse_project
from assistant.schema.adopting.inspection import Inspection, look
from assistant.schema.adopting.takeover import Takeover, copies
from assistant.schema.migrating.locks import MigrationLock

help = (  # noqa: A001
    "take over a database that was made by the SQL files 001 to 003, with all its rows; exit code "
    "1 if something has to be mended first"
)


def add_arguments(parser: ArgumentParser) -> None:
    """Take how far to go, and what the database does not say."""
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and change nothing"
    )
    parser.add_argument(
        "--keep-arrays",
        action="store_true",
        help="keep embeddings as they are, in double precision, in tables beside",
    )
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        type=size_and_name,
        metavar="SIZE=NAME",
        help="the embedding model of vectors of a size, where the database leaves it open; it is "
        "made if there is none of that name",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--no-input", "--noinput", action="store_false", dest="interactive", help="do not ask"
    )
    parser.add_argument(
        "--wait",
        type=float,
        metavar="SECONDS",
        help="how long to wait for a migrate, and for tables that are in use "
        "(default: the setting ASSISTANT['MIGRATE_WAIT'])",
    )


def run(command: BaseCommand, connection: Any, options: dict[str, Any]) -> int:
    """Look, say what is found, adopt and migrate what is left."""
    refuse_project(connection)
    wanted = dict(options["model"])
    if len(wanted) < len(options["model"]):
        raise CommandError("--model names two models for one size: give each size once.")
    # Where the answer is for a machine, what happens meanwhile is beside it.
    out = command.stderr if options["json"] else command.stdout
    keep_arrays = options["keep_arrays"]
    names = copies(keep_arrays=keep_arrays)
    if options["dry_run"]:
        found = look(connection, wanted=wanted, copies=names)
        report(command, connection, found, options)
        return 1 if found.refused else 0

    def say(text: str) -> None:
        out.write(text)
        out.flush()

    wait = conf.MIGRATE_WAIT if options["wait"] is None else options["wait"]
    with MigrationLock(connection, wait=wait, say=say) as lock:
        found = look(connection, wanted=wanted, copies=names)
        if found.refused or not options["json"]:
            report(command, connection, found, options)
        if found.refused or not confirmed(connection, options):
            return 1
        takeover = Takeover(lock, wanted=wanted, keep_arrays=keep_arrays, say=say)
        takeover.run(found.stage)
    say("Adopted. Migrating what is left.")
    call_command(
        "migrate",
        database=connection.alias,
        interactive=False,
        verbosity=options.get("verbosity", 1),
        stdout=Verbatim(out),
        wait=wait,
    )
    if options["json"]:
        report(command, connection, found, options, adopted=True)
    else:
        say("Done. To compare it with the code: manage.py schema verify")
    return 0


class Verbatim:
    """Passes on what another command prints, which has its line ends already."""

    def __init__(self, out: OutputWrapper) -> None:
        self.out = out

    def write(self, text: str) -> None:
        """Write, and add nothing."""
        self.out.write(text, ending="")

    def flush(self) -> None:
        """Show it."""
        self.out.flush()


def size_and_name(text: str) -> tuple[int, str]:
    """Read ``SIZE=NAME``."""
    size, _, name = text.partition("=")
    if not size.strip().isdecimal() or not name.strip():
        raise ArgumentTypeError(f"expected SIZE=NAME, such as 384=all-MiniLM-L6-v2, not {text!r}")
    return int(size), name.strip()


def report(
    command: BaseCommand,
    connection: Any,
    found: Inspection,
    options: dict[str, Any],
    *,
    adopted: bool = False,
) -> None:
    """Print what was found."""
    if options["json"]:
        document = {
            "database": connection.alias,
            "files": FILES[found.stage],
            "adoptable": not found.refused,
            "adopted": adopted,
            "rows": found.rows,
            "models": {size: choice.name for size, choice in found.models.items()},
            "findings": [each.as_json() for each in found.findings],
        }
        command.stdout.write(json.dumps(document, indent=2))
        return
    name = connection.settings_dict["NAME"]
    rows = ", ".join(f"{table} {count:,}" for table, count in found.rows.items())
    command.stdout.write(f'Database "{name}" was made by the files {FILES[found.stage]}.')
    command.stdout.write(f"Rows: {rows}." if rows else "Rows: not looked at.")
    for each in found.findings:
        is_refused = each.effect == "refused"
        command.stdout.write(command.style.ERROR(each.line) if is_refused else each.line)
    command.stdout.write(verdict(found, options))


def verdict(found: Inspection, options: dict[str, Any]) -> str:
    """Return what follows from the findings."""
    if count := len(found.refused):
        return f"{count} to mend first, each marked refused; nothing was changed."
    if options["dry_run"]:
        return "It can be adopted; nothing was changed."
    return "It can be adopted."


def confirmed(connection: Any, options: dict[str, Any]) -> bool:
    """Ask, where somebody is there to answer."""
    if not options["interactive"] or options["json"] or not sys.stdin.isatty():
        return True
    name = connection.settings_dict["NAME"]
    question = (
        f'Have a backup. Nobody can use the tables meanwhile. Adopt database "{name}"? [y/N] '
    )
    return input(question).strip().lower() in ("y", "yes")
