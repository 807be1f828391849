"""The files that paths, folders and patterns stand for."""

import os
import socket
from pathlib import Path

import pytest

from assistant.embeddings.documents.finding import Finder, Problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of files that are documents, and of such that are not."""
    for name in (
        "a.md",
        "deep/er/b.txt",
        "deep/c.md",
        ".env",
        ".git/config",
        "node_modules/x.js",
        "deep/__pycache__/x.py",
        "env/pyvenv.cfg",
        "env/lib/x.py",
        "logo.png",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def found(finder: Finder, *paths: object) -> list[str]:
    return [path.name for path, is_named in finder.find([str(path) for path in paths])]


def test_a_folder_is_walked_in_order_without_what_others_made(folder):
    finder = Finder()

    assert found(finder, folder) == ["a.md", "c.md", "b.txt"]
    assert finder.skipped == {"hidden": 1, ".png": 1}
    assert finder.whole == [folder]
    assert finder.missing == finder.problems == []


def test_what_is_named_is_taken_whatever_it_is(folder):
    paths = [folder / ".env", folder / "logo.png", folder / "node_modules"]

    assert found(Finder(), *paths) == [".env", "logo.png", "x.js"]


def test_each_file_is_found_once(folder):
    (folder / "link.md").symlink_to("a.md")
    dotted = f"{folder}/deep/../a.md"

    assert found(Finder(), folder, folder / "a.md", dotted) == ["a.md", "c.md", "b.txt"]


@pytest.mark.parametrize(
    "pattern, names",
    [
        ("*.md", ["a.md"]),
        ("**/*.md", ["a.md", "c.md"]),
        ("**", ["a.md", "c.md", "b.txt"]),
        ("*", ["a.md", "c.md", "b.txt"]),
        ("d*/", ["c.md", "b.txt"]),
        ("**/er/**/**/*", ["b.txt"]),
        ("[ab].m?", ["a.md"]),
    ],
)
def test_patterns_find_what_shells_find(folder, pattern, names):
    assert found(Finder(), f"{folder}/{pattern}") == names


def test_a_pattern_is_relative_to_where_one_is(folder, monkeypatch):
    monkeypatch.chdir(folder / "deep")

    assert found(Finder(), "*/*.txt", "../*.md") == ["b.txt", "a.md"]


def test_a_name_with_brackets_is_a_name(folder):
    (folder / "x[1].md").write_text("x")

    assert found(Finder(), folder / "x[1].md") == ["x[1].md"]


def test_what_is_not_there_is_told(folder):
    finder = Finder()

    assert found(finder, folder / "no", folder / "*.rst", folder / "no/*.md", "") == []
    assert [problem.reason for problem in finder.missing] == [
        "there is no such file or folder",
        "nothing matches this pattern",
        "nothing matches this pattern",
        "there is no such file or folder",
    ]


def test_links_in_circles_end(folder):
    (folder / "deep/up").symlink_to(folder)
    (folder / "self.md").symlink_to("self.md")
    (folder / "broken.md").symlink_to("no")
    finder = Finder()

    assert found(finder, folder) == ["a.md", "c.md", "b.txt"]
    assert [Path(problem.path).name for problem in finder.problems] == ["self.md"]
    assert finder.skipped["gone"] == 1
    assert found(finder, folder / "self.md") == []
    assert len(finder.missing) == 1


def test_what_is_no_file_is_left_alone(folder, monkeypatch):
    monkeypatch.chdir(folder)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.md")
        os.mkfifo("pipe.md")
        finder = Finder()

        assert found(finder, ".") == ["a.md", "c.md", "b.txt"]
        assert finder.skipped["no file"] == 2
        assert found(finder, "pipe.md") == []
        assert finder.missing == [Problem("pipe.md", "it is neither a file nor a folder")]


def test_a_folder_that_cannot_be_read_is_told(folder, monkeypatch):
    real = os.scandir

    def scandir(path):
        if Path(path).name == "er":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    finder = Finder()

    assert found(finder, folder) == ["a.md", "c.md"]
    assert str(finder.problems[0]) == f"{folder}/deep/er: permission denied (a folder)"
    assert finder.folders == [folder]
    assert finder.whole == []


def test_odd_names_are_shown_as_one_line():
    path = os.fsdecode(b"a\n\xff\x1b[1m.md")

    assert str(Problem(path, "no")) == r"a\n\xff\x1b[1m.md: no"
