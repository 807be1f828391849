"""Rankings as TREC's run files, which trec_eval and others read."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from assistant.embeddings.evaluation.files import FileError

__all__ = ["run_paths", "write_run"]


def run_paths(target: str, modes: Iterable[str]) -> dict[str, Path]:
    """Return where each mode's run goes: into a folder, or into one file where there is one mode.

    What ends in a slash or is a folder is one; with several modes each has its file in it.
    """
    path, modes = Path(target), list(modes)
    is_folder = len(modes) > 1 or target.endswith(("/", "\\")) or path.is_dir()
    if is_folder and path.exists() and not path.is_dir():
        raise FileError(target, "it is a file, and several runs need a folder: name a new one.")
    try:
        (path if is_folder else path.parent).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(target, f"it cannot be made: {error.strerror or error}.") from error
    return {mode: path / f"{mode}.run" if is_folder else path for mode in modes}


def write_run(
    path: Path,
    rankings: Mapping[str, Iterable[Any]],
    *,
    names: Mapping[str, Mapping[Any, str]],
    tag: str,
) -> None:
    """Write rankings by question; documents have the question's names for them, or their keys."""
    try:
        with path.open("w", encoding="utf-8") as file:
            for query, ranking in rankings.items():
                own = names.get(query, {})
                _write(file, query, [own.get(key, str(key)) for key in ranking], tag)
    except OSError as error:
        raise FileError(str(path), f"it cannot be written: {error.strerror or error}.") from error


def _write(file: TextIO, query: str, documents: list[str], tag: str) -> None:
    # trec_eval sorts by the score, not by the rank, and reads it with seven digits: numbers that
    # differ keep the order.
    for rank, document in enumerate(documents, start=1):
        score = len(documents) - rank + 1
        file.write(f"{query} Q0 {_word(document)} {rank} {score} {_word(tag)}\n")


def _word(text: str) -> str:
    return re.sub(r"\s+", "_", text.strip()) or "_"
