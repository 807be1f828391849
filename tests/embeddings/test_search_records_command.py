"""The command search_records."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from assistant.embeddings.models import SearchRecord
from tests.factories import make_search_event, make_search_record

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("search_records", *arguments, stdout=output, stderr=output, no_color=True)
    return output.getvalue()


def test_prune() -> None:
    for days in (1, 10, 40):
        make_search_record(created_at=now() - timedelta(days=days))

    assert run("prune") == "1 searches were deleted.\n"
    assert run("prune", "--days=5") == "1 searches were deleted.\n"
    assert SearchRecord.objects.count() == 1


def test_days_that_make_no_sense() -> None:
    with pytest.raises(CommandError, match="--days is -1"):
        run("prune", "--days=-1")


def test_export(tmp_path: Path) -> None:
    source, other = uuid4(), uuid4()
    record = make_search_record(query="How are\trefunds\npaid?", query_hash="a" * 64)
    make_search_event(record=record, source=source, kind="rated", rating=3)
    make_search_event(record=record, source=other)
    old = make_search_record(query_hash="b" * 64, created_at=now() - timedelta(days=9))
    make_search_event(record=old)
    queries, qrels = tmp_path / "queries", tmp_path / "qrels"

    said = run("export", str(queries), str(qrels), "--days=7")

    assert said == "1 questions and 2 judgements were written.\n"
    assert queries.read_text("utf-8") == f"{'a' * 16}\tHow are refunds paid?\n"
    assert set(qrels.read_text("utf-8").splitlines()) == {
        f"{'a' * 16} 0 {source} 3",
        f"{'a' * 16} 0 {other} 1",
    }


def test_export_of_ratings_only(tmp_path: Path) -> None:
    make_search_event()

    said = run("export", str(tmp_path / "queries"), str(tmp_path / "qrels"), "--rated")

    assert "0 questions and 0 judgements were written." in said
    assert 'set ASSISTANT["RECORD_SEARCHES"] to "text"' in said


@pytest.mark.parametrize("name", ["queries", "qrels"])
def test_files_that_are_there_stay(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")

    with pytest.raises(CommandError, match=f"{name} is there already"):
        run("export", str(tmp_path / "queries"), str(tmp_path / "qrels"))

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        run("export", str(tmp_path / "no" / "queries"), str(tmp_path / "qrels"))
