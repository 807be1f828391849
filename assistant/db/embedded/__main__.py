"""``python -m assistant.db.embedded``: move the data of an embedded server."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assistant.db.embedded import transfer
from assistant.db.embedded.errors import EmbeddedConfigurationError, EmbeddedServerError
from assistant.db.embedded.options import DEFAULT_VERSION, VERSIONS


def main(arguments: list[str] | None = None) -> None:
    """Dump a data directory to a file, or restore one from it."""
    parser = argparse.ArgumentParser(prog="python -m assistant.db.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    dump = commands.add_parser("dump", help="write all databases to a new SQL file")
    restore = commands.add_parser("restore", help="read such a file into a new data directory")
    restore.add_argument("--version", type=int, choices=VERSIONS, default=DEFAULT_VERSION)
    for command in (dump, restore):
        command.add_argument("data_dir", type=Path, help='EMBEDDED["DATA_DIR"] of the database')
        command.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    data_dir, file = given.data_dir.absolute(), given.file.absolute()
    try:
        if given.command == "dump":
            transfer.dump(data_dir, file)
        else:
            transfer.restore(data_dir, file, version=given.version)
    except (EmbeddedConfigurationError, EmbeddedServerError) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
