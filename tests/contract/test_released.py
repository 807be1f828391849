"""Released migrations and SQL files stay as they are; what is not listed is new."""

import hashlib
from pathlib import Path

import pytest

from tests.contract import released

FILES = {
    "assistant/notes/migrations/0001_create_notes.py": "# one\n# two\n",
    "assistant/notes/sql/0001_create_notes.sql": "SELECT 1;\n",
    "assistant/notes/sql/0001_create_notes.reverse.sql": "SELECT 2;\n",
}
MIGRATION, *_ = FILES


def test_no_released_file_has_changed() -> None:
    assert list(released.changed()) == []


def test_the_first_release_is_listed() -> None:
    assert "assistant/conversations/sql/0003_keep_statistics.sql" in released.listed()
    assert "assistant/accounts/migrations/0001_create_users.py" in released.listed()


class Project:
    """A directory with released files and its list."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.list = root / "released.sha256"
        self.list.touch()
        for name, text in FILES.items():
            self.write(name, text)
        self.write("assistant/notes/migrations/__init__.py", "")
        self.write("assistant/notes/models.py", "")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def changed(self) -> list[str]:
        return list(released.changed(root=self.root, path=self.list))

    def run(self, *arguments: str) -> int:
        return released.main(list(arguments), root=self.root, path=self.list)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project all of whose files are released."""
    project = Project(tmp_path)
    assert project.run("--add") == 0
    return project


def test_the_list_is_as_sha256sum_writes_it(project: Project) -> None:
    lines = project.list.read_text(encoding="utf-8").splitlines()

    assert [line[64:] for line in lines] == [f"  {name}" for name in sorted(FILES)]
    for line in lines:
        checksum, name = line.split("  ")
        assert hashlib.sha256((project.root / name).read_bytes()).hexdigest() == checksum


def test_a_changed_file_is_named(project: Project) -> None:
    project.write(MIGRATION, "# one\n# three\n")

    assert project.changed() == [f"{MIGRATION} has changed"]


def test_a_file_that_is_gone_is_named(project: Project) -> None:
    (project.root / MIGRATION).unlink()

    assert project.changed() == [f"{MIGRATION} is gone"]


def test_the_ends_of_lines_do_not_count(project: Project) -> None:
    project.write(MIGRATION, FILES[MIGRATION].replace("\n", "\r\n"))

    assert project.changed() == []


def test_new_files_are_printed_and_then_added(
    project: Project, capsys: pytest.CaptureFixture
) -> None:
    capsys.readouterr()
    before = project.list.read_text(encoding="utf-8")
    project.write("assistant/notes/sql/0002_add_more.sql", "SELECT 3;\n")

    assert project.run() == 0
    assert project.list.read_text(encoding="utf-8") == before
    assert project.run("--add") == 0
    assert capsys.readouterr().out == "assistant/notes/sql/0002_add_more.sql\n" * 2
    assert project.list.read_text(encoding="utf-8").startswith(before)
    assert project.run("--add") == 0
    assert capsys.readouterr().out == ""


def test_a_changed_file_is_not_listed_anew(project: Project, capsys: pytest.CaptureFixture) -> None:
    before = project.list.read_text(encoding="utf-8")
    project.write(MIGRATION, "# one\n# three\n")
    project.write("assistant/notes/sql/0002_add_more.sql", "SELECT 3;\n")

    assert project.run("--add") == 1
    assert f"{MIGRATION} has changed. What is released stays" in capsys.readouterr().err
    assert project.list.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("line", ["nonsense", f"{'0' * 64}  {MIGRATION}"], ids=["no", "twice"])
def test_a_list_that_cannot_be_read_is_told(
    project: Project, line: str, capsys: pytest.CaptureFixture
) -> None:
    with project.list.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")

    assert project.run() == 1
    assert f"released.sha256:4: no checksum and a new file's name: {line!r}" in (
        capsys.readouterr().err
    )
