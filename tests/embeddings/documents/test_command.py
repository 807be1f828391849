"""manage.py ingest."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assistant.embeddings.models import KnowledgeDocument
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def run(*args, **options):
    out, err = StringIO(), StringIO()
    call_command("ingest", *map(str, args), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def folder(tmp_path):
    """Return a folder of two documents and a file that is none."""
    (tmp_path / "a.md").write_text("# A")
    (tmp_path / "b.txt").write_text("B")
    (tmp_path / "c.pdf").write_bytes(b"broken")
    return tmp_path


def test_it_says_what_was_done_and_what_failed(folder):
    out, err = run(folder, "--tags", "x, y,,x")

    assert "2 added, 0 changed, 0 unchanged, 0 deleted, 1 failed; " in out
    assert err.startswith(f"failed: {folder}/c.pdf: it is broken")
    assert err.count("\n") == 1
    assert KnowledgeDocument.objects.first().tags == ["x", "y"]
    assert "0 added, 0 changed, 2 unchanged (2 got tags)" in run(folder, "--tags", "z")[0]


def test_it_names_what_it_deletes(folder):
    run(folder)
    (folder / "b.txt").unlink()

    assert f"deleted: {folder}/b.txt\n" in run(folder, "--prune", "--dry-run")[0]
    assert KnowledgeDocument.objects.count() == 2
    assert f"deleted: {folder}/b.txt\n" in run(folder, "--prune")[0]
    assert KnowledgeDocument.objects.count() == 1


def test_the_owner_is_named_by_username_or_key(folder):
    user = make_user(username="ada")
    run(folder, "--user", "ada")
    run(folder, "--user", user.pk)

    assert {row.owner for row in KnowledgeDocument.objects.all()} == {user}
    assert KnowledgeDocument.objects.count() == 2


@pytest.mark.parametrize("name", ["nobody", "", "7", "9" * 40, "a\0b", "\udcff"])
def test_an_unknown_owner_is_an_error(folder, name):
    with pytest.raises(CommandError, match="--user takes a username or a key"):
        run(folder, f"--user={name}")

    assert not KnowledgeDocument.objects.exists()


def test_a_tag_that_cannot_be_stored_is_an_error(folder):
    with pytest.raises(CommandError, match="The tag “xxx"):
        run(folder, "--tags", "x" * 2001)


def test_json_is_one_object(folder):
    out, err = run(folder, "--json")
    report = json.loads(out)

    assert err == ""
    assert (report["added"], report["bytes"]) == (2, 10)
    assert [item["path"] for item in report["failed"]] == [f"{folder}/c.pdf"]


@pytest.mark.parametrize("path", ["no", "*.rst", "c.pdf"])
def test_wrong_paths_and_nothing_read_are_errors(folder, path):
    with pytest.raises(CommandError) as error:
        run(folder / path)

    assert error.value.returncode == 1


def test_one_wrong_path_does_not_keep_the_others(folder):
    with pytest.raises(CommandError):
        run(folder / "no", folder / "a.md")

    assert KnowledgeDocument.objects.count() == 1
