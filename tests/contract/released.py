"""Which migrations and SQL files are released: ``released.sha256``, as ``sha256sum`` writes it.

A released file is never changed: databases have run it. What is not listed is new.
``python -m tests.contract.released`` prints the new files; with ``--add``, at a release, it lists
them too.
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("released.sha256")

LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
GLOBS = ("assistant/*/migrations/[!_]*.py", "assistant/*/sql/*.sql")


class ReleasedError(Exception):
    """A list that is not to be added to."""


def checksum(path: Path) -> str:
    """Return the SHA-256 of a text, which is the same whatever ends its lines."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def listed(*, path: Path = LIST) -> dict[str, str]:
    """Return the checksum of each released file."""
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = LINE.fullmatch(line)
        if not match or match[2] in found:
            raise ReleasedError(f"{path}:{number}: no checksum and a new file's name: {line!r}")
        found[match[2]] = match[1]
    return found


def changed(*, root: Path = ROOT, path: Path = LIST) -> Iterator[str]:
    """Yield each released file that is not as it was, and how."""
    for name, expected in listed(path=path).items():
        if not (root / name).is_file():
            yield f"{name} is gone"
        elif checksum(root / name) != expected:
            yield f"{name} has changed"


def new(*, root: Path = ROOT, path: Path = LIST) -> list[str]:
    """Return the migrations and SQL files that are not released."""
    files = {found.relative_to(root).as_posix() for each in GLOBS for found in root.glob(each)}
    return sorted(files - listed(path=path).keys())


def add(*, root: Path = ROOT, path: Path = LIST) -> list[str]:
    """List all new files and return their names; no line that is there is changed."""
    if broken := list(changed(root=root, path=path)):
        raise ReleasedError(
            f"{'; '.join(broken)}. What is released stays as it is: restore the file and make a "
            "new migration. Nothing was added."
        )
    names = new(root=root, path=path)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{checksum(root / name)}  {name}\n" for name in names)
    return names


def main(arguments: list[str] | None = None, *, root: Path = ROOT, path: Path = LIST) -> int:
    """Print the new files, or list them; return 1 if that is refused."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.released")
    parser.add_argument("--add", action="store_true", help="list the new files as released")
    try:
        work = add if parser.parse_args(arguments).add else new
        for name in work(root=root, path=path):
            print(name)  # noqa: T201
    except ReleasedError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
