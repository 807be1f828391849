"""Files become documents, and stay in step."""

import hashlib
import os
import threading
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.documents import sources
from assistant.embeddings.documents.ingestion import ingest_paths
from assistant.embeddings.models import KnowledgeDocument
from tests.embeddings.documents.files import make_pdf
from tests.factories import make_document, make_user

pytestmark = pytest.mark.django_db


def write(folder: Path, **contents: str) -> None:
    for name, content in contents.items():
        (folder / f"{name}.md").write_text(content)


def counts(report):
    return report.added, report.changed, report.unchanged, len(report.deleted), len(report.failed)


def test_a_file_becomes_a_document(tmp_path):
    path = tmp_path / "Guide.PY"
    path.write_bytes(b"print(1)\r\n")
    user = make_user()

    report = ingest_paths([str(path)], owner=user, tags=["a", "b", "a"])

    document = KnowledgeDocument.objects.get()
    assert counts(report) == (1, 0, 0, 0, 0)
    assert (document.title, document.content) == ("Guide.PY", "print(1)\n")
    assert (document.content_type, document.language) == ("code", "python")
    assert (document.source, document.owner, document.tags) == (str(path), user, ["a", "b"])
    assert document.file_hash == hashlib.sha256(b"print(1)\r\n").hexdigest()
    assert (document.file_size, document.file_extension) == (10, "py")
    assert document.status == "pending"
    assert report.bytes == 10


def test_again_only_what_has_changed_is_written(tmp_path):
    write(tmp_path, a="# A", b="# B")
    ingest_paths([str(tmp_path)])
    before = {row.source: row for row in KnowledgeDocument.objects.all()}
    write(tmp_path, b="# New", c="# C")

    report = ingest_paths([str(tmp_path)])

    after = {row.source: row for row in KnowledgeDocument.objects.all()}
    assert counts(report) == (1, 1, 1, 0, 0)
    assert len(after) == 3
    a, b = f"{tmp_path}/a.md", f"{tmp_path}/b.md"
    assert after[a].updated_at == before[a].updated_at
    assert (after[b].pk, after[b].title) == (before[b].pk, "New")


def test_a_touched_file_has_not_changed(tmp_path):
    write(tmp_path, a="# A")
    ingest_paths([str(tmp_path)])
    os.utime(tmp_path / "a.md", (1, 1))

    assert counts(ingest_paths([str(tmp_path)])) == (0, 0, 1, 0, 0)


def test_tags_are_added_and_none_is_removed(tmp_path):
    write(tmp_path, a="# A", b="# B")
    ingest_paths([str(tmp_path)], tags=["old"])
    KnowledgeDocument.objects.filter(title="A").update(tags=["old", "by hand"])

    write(tmp_path, b="# New")
    report = ingest_paths([str(tmp_path)], tags=["new", "old"])

    tags = dict(KnowledgeDocument.objects.values_list("title", "tags"))
    assert tags == {"A": ["old", "by hand", "new"], "New": ["old", "new"]}
    assert (report.unchanged, report.changed, report.tagged) == (1, 1, 1)
    assert ingest_paths([str(tmp_path)], tags=["new"]).tagged == 0


def test_each_owner_has_a_document_of_the_same_file(tmp_path):
    write(tmp_path, a="# A")
    users = [make_user(), make_user(), None]
    for user in users:
        assert ingest_paths([str(tmp_path)], owner=user).added == 1

    assert {row.owner for row in KnowledgeDocument.objects.all()} == set(users)


def test_the_vector_of_what_a_document_said_before_goes(tmp_path):
    write(tmp_path, a="# A")
    model = make_document(embedding_vector=[1.0] * 384).embedding_model
    ingest_paths([str(tmp_path)])
    KnowledgeDocument.objects.filter(title="A").update(
        embedding_vector=[1.0] * 384, embedding_model=model
    )
    write(tmp_path, a="# B")

    ingest_paths([str(tmp_path)])

    assert KnowledgeDocument.objects.get(title="B").embedding_vector is None


def test_a_file_without_text_is_left_out_but_what_it_said_is_not_found_any_more(tmp_path):
    write(tmp_path, a="# A")
    ingest_paths([str(tmp_path)])
    write(tmp_path, a="", b="")

    report = ingest_paths([str(tmp_path)])

    assert counts(report) == (0, 1, 0, 0, 0)
    assert report.skipped == {"empty": 1}
    assert KnowledgeDocument.objects.get().content == ""
    assert [item.reason for item in ingest_paths([f"{tmp_path}/b.md"]).failed] == ["it is empty"]


def test_what_cannot_be_read_is_told_and_others_go_on(tmp_path, settings):
    settings.ASSISTANT = {"INGEST_MAX_BYTES": 1000}
    write(tmp_path, a="# A", large="x" * 1001)
    (tmp_path / "b.pdf").write_bytes(b"%PDF broken")
    (tmp_path / "data").write_bytes(bytes(100))
    (tmp_path / "data.txt").write_bytes(bytes(100))
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.md")).write_text("# Odd")

    report = ingest_paths([str(tmp_path), f"{tmp_path}/no"])

    assert report.added == 1
    assert report.skipped == {"not text": 1}
    assert report.is_failure  # of the path that is not there
    assert {Path(item.path).name: item.reason[:25] for item in report.failed} == {
        "large.md": "it has more than 1,000 by",
        "b.pdf": "it is broken, or not a PD",
        "data.txt": "it is not text",
        "\udcff.md": "its name is not UTF-8",
    }
    assert not ingest_paths([str(tmp_path)]).is_failure
    assert ingest_paths([f"{tmp_path}/b.pdf"]).is_failure


def test_a_path_that_does_not_fit_is_told(tmp_path):
    folder = tmp_path
    for _ in range(3):
        folder /= "x" * 200
    folder.mkdir(parents=True)
    write(folder, a="# A")

    report = ingest_paths([str(tmp_path)])

    assert f"its path has {len(str(folder)) + 5} characters" in report.failed[0].reason


def test_a_file_that_vanishes_meanwhile_is_left_out(tmp_path, monkeypatch):
    write(tmp_path, a="# A", b="# B")
    real = sources.read_bytes

    def read_bytes(path):
        (tmp_path / "b.md").unlink(missing_ok=True)
        return real(path)

    monkeypatch.setattr(sources, "read_bytes", read_bytes)

    report = ingest_paths([str(tmp_path)])

    assert counts(report) == (1, 0, 0, 0, 0)
    assert report.skipped == {"gone": 1}


def test_a_document_that_the_database_refuses_leaves_the_others_alone(tmp_path):
    write(tmp_path, a="# A", b="# Refused", c="# C")
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE knowledge_base ADD CONSTRAINT c CHECK (title <> 'Refused') NOT VALID"
        )

    report = ingest_paths([str(tmp_path)])

    assert counts(report) == (2, 0, 0, 0, 1)
    assert "the database refuses it: " in report.failed[0].reason
    assert "\n" not in report.failed[0].reason


def test_a_dry_run_changes_nothing(tmp_path):
    write(tmp_path, a="# A", b="# B", c="# C")
    ingest_paths([str(tmp_path)])
    write(tmp_path, a="# New", d="# D")
    (tmp_path / "b.md").unlink()
    (tmp_path / "e.pdf").write_bytes(b"broken")
    before = list(KnowledgeDocument.objects.order_by("pk").values())

    report = ingest_paths([str(tmp_path)], tags=["new"], prune=True, dry_run=True)

    assert counts(report) == (1, 1, 1, 1, 1)
    assert report.tagged == 1
    assert list(KnowledgeDocument.objects.order_by("pk").values()) == before


def test_unchanged_files_cost_a_query_for_a_hundred(tmp_path):
    for number in range(250):
        write(tmp_path, **{f"f{number}": f"# {number}"})
    ingest_paths([str(tmp_path)])

    with CaptureQueriesContext(
        connection,
    ) as queries:
        report = ingest_paths([str(tmp_path)])

    assert report.unchanged == 250
    assert len(queries) == 3


def test_new_files_cost_few_queries(tmp_path):
    for number in range(100):
        write(tmp_path, **{f"f{number}": f"# {number}"})

    with CaptureQueriesContext(connection) as queries:
        ingest_paths([str(tmp_path)])

    chunks = [query for query in queries if "knowledge_chunks" in query["sql"]]
    assert len(queries) - len(chunks) <= 8


def test_a_pdf_is_read_only_when_it_has_changed(tmp_path, monkeypatch):
    (tmp_path / "a.pdf").write_bytes(make_pdf("Words"))
    assert ingest_paths([str(tmp_path)]).added == 1

    monkeypatch.setattr("assistant.embeddings.documents.isolation.start", None)

    assert ingest_paths([str(tmp_path)]).unchanged == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_no_doubles(tmp_path):
    for number in range(120):
        write(tmp_path, **{f"f{number}": f"# {number}"})
    reports = []
    barrier = threading.Barrier(3)

    def run():
        try:
            barrier.wait(30)
            reports.append(ingest_paths([str(tmp_path)]))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert KnowledgeDocument.objects.count() == 120
    assert sum(report.added for report in reports) == 120
    assert sum(report.unchanged for report in reports) == 240


@pytest.mark.django_db(transaction=True)
def test_stopped_half_way_it_goes_on(tmp_path):
    for number in range(250):
        write(tmp_path, **{f"f{number}": f"# {number}"})

    def stop(report):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest_paths([str(tmp_path)], progress=stop)

    assert KnowledgeDocument.objects.count() == 100
    assert counts(ingest_paths([str(tmp_path)])) == (150, 0, 100, 0, 0)
