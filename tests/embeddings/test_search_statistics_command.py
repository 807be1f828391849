"""The command search_statistics."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from assistant.embeddings.models import KnowledgeChunk, SearchLexeme, SearchStatistics
from tests.factories import make_chunk, make_embedding_model, make_search_change

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> list[str]:
    output = StringIO()
    call_command("search_statistics", *arguments, stdout=output, no_color=True)
    return output.getvalue().splitlines()


def test_without_passages() -> None:
    assert run() == ["No passages are counted.", "0 changes are not added up yet."]


def test_what_is_counted() -> None:
    model = make_embedding_model(name="mine")
    for text in ("dogs and cats", "dogs"):
        make_chunk(embedding_model=model, chunk_text=text)
    make_search_change(embedding_model=model)

    assert run() == [
        "mine, documents: 2 passages of 8 bytes on average, 2 different words",
        "1 changes are not added up yet.",
    ]


def test_counting_again() -> None:
    make_chunk(chunk_text="dogs and cats")
    assert run("--refresh")[0] == "The statistics were right."

    SearchStatistics.objects.update(passages=3)
    SearchLexeme.objects.filter(lexeme="dog").delete()

    assert run("--refresh")[0] == (
        "The statistics were wrong, and are right now: 2 passages were missing or too many,"
        " and the numbers of 1 words differed."
    )
    assert run("--refresh")[0] == "The statistics were right."


def test_of_a_model_that_is_gone() -> None:
    chunk = make_chunk(chunk_text="dogs")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_statistics SET embedding_model_id = gen_random_uuid()")
    key = SearchStatistics.objects.get().embedding_model_id

    assert run()[0].startswith(f"{key}, documents: 1 passages")

    assert run("--refresh")[0].endswith(
        "2 passages were missing or too many, and the numbers of 0 words differed."
    )
    assert SearchStatistics.objects.get().embedding_model_id == chunk.embedding_model_id


def test_after_a_dump_by_natural_keys(tmp_path: Path) -> None:
    make_chunk(chunk_text="dogs")
    path = tmp_path / "everything.json"
    left_out = ["contenttypes", "auth.permission"]

    call_command("dumpdata", exclude=left_out, natural_primary=True, output=str(path), verbosity=0)
    KnowledgeChunk.objects.all().delete()
    call_command("loaddata", str(path), verbosity=0)

    run("--refresh")
    assert SearchStatistics.objects.get().passages == SearchLexeme.objects.get().passages == 1
