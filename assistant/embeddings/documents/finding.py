"""The files that paths, folders and patterns stand for."""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.embeddings.documents.kinds import extension_of, is_known_binary
from assistant.embeddings.documents.patterns import is_pattern, matches, split_pattern

__all__ = ["Finder", "Problem"]

# Folders that hold what others have made, beside hidden ones.
SKIPPED_FOLDERS = frozenset(
    ("__pycache__", "bower_components", "node_modules", "site-packages", "__MACOSX")
)
# A file in it marks a folder as a virtual environment of Python's.
ENVIRONMENT = "pyvenv.cfg"


@dataclass(frozen=True)
class Problem:
    """A path, and in one line why it is no document."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{printable(self.path)}: {self.reason}"


@dataclass
class Finder:
    """Find files, each once, and note what was left out and why.

    ``missing`` are paths for which there is nothing, ``problems`` what could not be looked at,
    ``skipped`` counts, by what they are, the files in folders that are no documents, ``folders``
    are the folders that were walked, and ``whole`` those of them in which nothing was unreadable.
    """

    missing: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    folders: list[Path] = field(default_factory=list)
    whole: list[Path] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)

    def find(self, paths: Sequence[str]) -> Iterator[tuple[Path, bool]]:
        """Yield absolute paths without links in them, and whether each was named itself."""
        for path in paths:
            yield from self._expand(path)

    def _expand(self, path: str) -> Iterator[tuple[Path, bool]]:
        if os.path.lexists(path):
            yield from self._take(path)
        elif not is_pattern(path):
            self.missing.append(Problem(path, "there is no such file or folder"))
        else:
            folder, wanted = split_pattern(path)
            found = False
            if folder.is_dir():
                for item in self._walk(folder.resolve(), wanted=wanted):
                    found = True
                    yield item, False
            if not found:
                self.missing.append(Problem(path, "nothing matches this pattern"))

    def _take(self, path: str) -> Iterator[tuple[Path, bool]]:
        try:
            resolved = Path(path).resolve(strict=True)
            mode = resolved.stat().st_mode
        except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, Python 3.12-
            self.missing.append(Problem(path, reason_of(error)))
            return
        if stat.S_ISDIR(mode):
            before = len(self.problems)
            self.folders.append(resolved)
            for item in self._walk(resolved):
                yield item, False
            if len(self.problems) == before:
                self.whole.append(resolved)
        elif not stat.S_ISREG(mode):
            self.missing.append(Problem(path, "it is neither a file nor a folder"))
        elif self._is_new(resolved):
            yield resolved, True

    def _walk(self, root: Path, *, wanted: Sequence[str] = ()) -> Iterator[Path]:
        for folder, folders, names in os.walk(root, onerror=self._note):
            if ENVIRONMENT in names and Path(folder) != root:
                folders.clear()
                continue
            folders[:] = sorted(name for name in folders if not is_skipped_folder(name))
            inside = Path(folder).relative_to(root).parts
            for name in sorted(names):
                if wanted and not matches((*inside, name), wanted):
                    continue
                path = self._document(Path(folder, name))
                if path is not None and self._is_new(path):
                    yield path

    def _document(self, path: Path) -> Path | None:
        """Return where a file in a folder really is, if it can be a document."""
        if path.name.startswith("."):
            self.skipped["hidden"] += 1
            return None
        if is_known_binary(path):
            self.skipped[f".{extension_of(path)}"] += 1
            return None
        try:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                path = path.resolve(strict=True)
                mode = path.stat().st_mode
        except FileNotFoundError:
            self.skipped["gone"] += 1  # meanwhile, or a link to nothing
            return None
        except (OSError, RuntimeError) as error:
            self.problems.append(Problem(str(path), reason_of(error)))
            return None
        if not stat.S_ISREG(mode):
            self.skipped["no file"] += 1
            return None
        return path

    def _is_new(self, path: Path) -> bool:
        if path in self.seen:
            return False
        self.seen.add(path)
        return True

    def _note(self, error: OSError) -> None:
        self.problems.append(Problem(str(error.filename), f"{reason_of(error)} (a folder)"))


def is_skipped_folder(name: str) -> bool:
    """Return whether a folder's name says that it holds no documents."""
    return name.startswith(".") or name in SKIPPED_FOLDERS


def reason_of(error: Exception) -> str:
    """Return what the system says, in one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return " ".join(str(error).split()) or type(error).__name__


def printable(path: str) -> str:
    """Return a path as one line that any terminal and PostgreSQL take."""
    text = os.fsencode(path).decode(errors="backslashreplace")
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
