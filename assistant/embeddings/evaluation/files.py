"""Lines of a file or of standard input, and how to say what is wrong with one."""

import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["FileError", "lines_of", "quoted"]

STANDARD_INPUT = "-"


class FileError(Exception):
    """What is wrong with a file: which one, in what line, and what was expected."""

    def __init__(self, name: str, problem: str, *, line: int | None = None) -> None:
        where = f"{name}, line {line}" if line else name
        super().__init__(f"{where}: {problem}")


def lines_of(path: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty with their numbers, without what ends them.

    The text is UTF-8, with or without a byte order mark; ``-`` is standard input.
    """
    try:
        if path == STANDARD_INPUT:
            yield from _decoded(path, enumerate(sys.stdin.buffer, start=1))
        else:
            with Path(path).open("rb") as file:
                yield from _decoded(path, enumerate(file, start=1))
    except FileNotFoundError as error:
        raise FileError(path, "there is no such file.") from error
    except OSError as error:
        raise FileError(path, f"it cannot be read: {error.strerror or error}.") from error


def quoted(text: str) -> str:
    """Return the beginning of a text as it may stand in a message."""
    return repr(text if len(text) <= 60 else text[:60] + "…")


def _decoded(name: str, lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, str]]:
    for number, data in lines:
        if number == 1 and data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise FileError(name, "it is UTF-16: save it as UTF-8.")
        try:
            text = data.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            problem = f"byte {error.start + 1} is not UTF-8: save the file as UTF-8."
            raise FileError(name, problem, line=number) from error
        if "\0" in text:
            problem = "it has a null character: a text file in UTF-8 is expected."
            raise FileError(name, problem, line=number)
        text = text.rstrip("\r\n")
        if "\r" in text:
            # An old Mac's, which would make one line of several.
            problem = "it has ends of lines that are CR alone: save it with LF (or CR LF)."
            raise FileError(name, problem, line=number)
        if text:
            yield number, text
