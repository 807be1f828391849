"""Documents go with their files, where somebody says so."""

import os
from pathlib import Path

import pytest

from assistant.embeddings.documents.ingestion import ingest_paths
from assistant.embeddings.models import KnowledgeDocument
from tests.factories import make_document, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder whose two files are documents, and of which one is gone since."""
    folder = tmp_path / "docs_1"
    folder.mkdir()
    for name in ("a.md", "b.md"):
        (folder / name).write_text(name)
    ingest_paths([str(folder)])
    (folder / "b.md").unlink()
    return folder


def sources() -> set[str]:
    return {
        os.path.basename(source)
        for source in KnowledgeDocument.objects.values_list("source", flat=True)
    }


def test_without_being_told_nothing_is_deleted(folder):
    assert ingest_paths([str(folder)]).deleted == []
    assert sources() == {"a.md", "b.md"}


def test_the_document_of_a_file_that_is_gone_is_deleted(folder):
    assert ingest_paths([str(folder)], prune=True).deleted == [f"{folder}/b.md"]
    assert sources() == {"a.md"}


def test_what_is_others_or_elsewhere_stays(folder):
    make_document(source=f"{folder}/theirs.md", owner=make_user())
    make_document(source=f"{folder.parent}/docs_1-more/x.md")
    make_document(source=f"{folder.parent}/docsX1/y.md")  # _ is no wildcard
    make_document(source="https://example.com/")
    make_document(source=None)

    report = ingest_paths([str(folder)], prune=True)

    assert report.deleted == [f"{folder}/b.md"]
    assert KnowledgeDocument.objects.count() == 6


def test_a_file_that_is_there_but_not_read_stays(folder):
    (folder / "b.md").write_bytes(bytes(100))

    report = ingest_paths([str(folder)], prune=True)

    assert (report.deleted, len(report.failed)) == ([], 1)
    assert sources() == {"a.md", "b.md"}


def test_a_folder_that_was_not_read_as_a_whole_loses_nothing(folder, monkeypatch):
    (folder / "locked").mkdir()
    real = os.scandir

    def scandir(path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)

    report = ingest_paths([str(folder)], prune=True)

    assert report.deleted == []
    assert report.notes[-1] == f"Nothing is deleted below {folder}: a folder could not be read."


def test_a_folder_that_is_empty_loses_nothing(folder):
    (folder / "a.md").unlink()

    report = ingest_paths([str(folder)], prune=True)

    assert report.deleted == []
    assert "Is something to be mounted there?" in report.notes[-1]


@pytest.mark.parametrize("path", ["*.md", "a.md", "no"])
def test_only_folders_are_pruned(folder, path):
    assert ingest_paths([f"{folder}/{path}"], prune=True).deleted == []
