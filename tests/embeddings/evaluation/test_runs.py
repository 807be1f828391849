"""Run files."""

from pathlib import Path

import pytest

from assistant.embeddings.evaluation.files import FileError
from assistant.embeddings.evaluation.runs import run_paths, write_run


def test_a_run_has_six_columns_and_falling_scores(tmp_path: Path) -> None:
    path = tmp_path / "a.run"

    write_run(path, {"1": ["x", "y"], "2": [7]}, names={"1": {"x": "How to"}}, tag="my run")

    assert path.read_text() == "1 Q0 How_to 1 2 my_run\n1 Q0 y 2 1 my_run\n2 Q0 7 1 1 my_run\n"


def test_several_modes_have_a_folder(tmp_path: Path) -> None:
    folder, file = tmp_path / "new", tmp_path / "file.run"

    assert run_paths(str(folder), ["vector", "hybrid"]) == {
        "vector": folder / "vector.run",
        "hybrid": folder / "hybrid.run",
    }
    assert folder.is_dir()
    assert run_paths(str(file), ["vector"]) == {"vector": file}
    assert run_paths(str(folder), ["vector"]) == {"vector": folder / "vector.run"}


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(FileError, match="several runs need a folder"):
        run_paths(str(file), ["vector", "hybrid"])
    with pytest.raises(FileError, match="it cannot be made"):
        run_paths(str(file / "deeper" / "a.run"), ["vector"])
    with pytest.raises(FileError, match="it cannot be written"):
        write_run(tmp_path, {}, names={}, tag="t")


def test_a_document_has_the_name_that_its_question_has_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.run"

    write_run(path, {"1": ["k"], "2": ["k"]}, names={"1": {"k": "a"}, "2": {"k": "b"}}, tag="t")

    assert path.read_text() == "1 Q0 a 1 1 t\n2 Q0 b 1 1 t\n"
