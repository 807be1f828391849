"""Reading in a process of its own, which may crash, hang or grow without harm.

What ``python -m assistant.embeddings.documents.isolation`` runs knows nothing of Django and of the
database. It takes a line of JSON and that many bytes, and answers with a line of JSON.
"""

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path, PurePath
from types import TracebackType
from typing import IO, Any

from assistant.embeddings.documents import reading
from assistant.embeddings.documents.errors import EmptyFileError, UnreadableError
from assistant.embeddings.documents.kinds import kind_of
from assistant.embeddings.documents.reading import ISOLATED, Text

__all__ = ["Reader"]

# Bytes of memory that reading one file may take.
MAX_MEMORY = 2 * 1024**3


class Reader:
    """Read files, those that can do harm in another process, which is started when needed."""

    def __init__(self, *, max_bytes: int, max_seconds: int) -> None:
        self.max_bytes = max_bytes
        self.max_seconds = max_seconds
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def read(self, data: bytes, *, path: PurePath) -> Text:
        """Return what a file says; raises what :func:`reading.read` raises."""
        kind = kind_of(path)
        if kind is None or kind.content_type not in ISOLATED:
            return reading.read(data, path=path, max_bytes=self.max_bytes)
        answer = self._ask(data, path=path)
        if "text" in answer:
            return Text(**answer["text"])
        raise (EmptyFileError if answer["empty"] else UnreadableError)(answer["reason"])

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def _ask(self, data: bytes, *, path: PurePath) -> dict[str, Any]:
        if self.process is None:
            self.process = start()
        process = self.process
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        head = {"name": os.fsencode(path.name).hex(), "size": len(data), "max": self.max_bytes}
        timer = threading.Timer(self.max_seconds, process.kill)
        timer.start()
        line = b""
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(head).encode() + b"\n" + data)
                process.stdin.flush()
                line = process.stdout.readline()
        finally:
            in_time = timer.is_alive()
            timer.cancel()
            if not line.endswith(b"\n"):
                self.stop()
        if line.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        if not in_time:
            raise UnreadableError(f"reading it takes more than {self.max_seconds} seconds")
        raise UnreadableError("reading it crashed")


def start() -> "subprocess.Popen[bytes]":
    """Start the process, with the modules that this one has."""
    return subprocess.Popen(  # noqa: S603
        [python(), "-m", __spec__.name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,  # Ctrl-C is for the command, which ends this one
    )


def python() -> str:
    """Return the interpreter, also where a web server has one built in."""
    if Path(sys.executable or "").name.startswith("python"):
        return sys.executable
    return str(Path(sys.prefix) / "bin" / "python3")


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    """Answer until nothing more is asked."""
    while line := source.readline():
        head = json.loads(line)
        data = source.read(head["size"])
        answer: dict[str, Any]
        path = PurePath(os.fsdecode(bytes.fromhex(head["name"])))
        try:
            answer = {"text": asdict(reading.read(data, path=path, max_bytes=head["max"]))}
        except UnreadableError as error:
            answer = {"reason": str(error), "empty": isinstance(error, EmptyFileError)}
        except (MemoryError, RecursionError):
            answer = {"reason": "reading it takes too much memory", "empty": False}
        target.write(json.dumps(answer).encode() + b"\n")
        target.flush()


def main() -> None:
    """Bound the memory, and keep what libraries print away from the answers."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
