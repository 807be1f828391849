"""The benchmarks run, at the smallest sizes, so that they still do when somebody needs them."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from pytest_django import DjangoDbBlocker

from benchmarks import (
    admin_pages,
    adopt_database,
    change_model,
    concurrent_writers,
    copy_messages,
    embedding_throughput,
    filtered_search,
    hybrid_search,
    ingest_messages,
    keyword_search,
    load_vectors,
    long_conversation,
    measure,
    migrate,
    peers,
    write_passages,
)
from benchmarks.databases import connect

FILE = Path(__file__).parent.parent / "contract" / "files" / "002_conversations.sql"


@pytest.fixture(autouse=True)
def _own_databases(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.mark.parametrize(
    "module, arguments, findings",
    [
        pytest.param(copy_messages, "--rows 20 --conversations 4", 4, id="copy"),
        pytest.param(
            long_conversation,
            "--short 2 --long 20 --inserts 2 --rows 20",
            4,
            id="long conversation",
        ),
        pytest.param(
            ingest_messages, "--rows 20 --conversations 4 --batch-sizes 20", 4, id="ingest"
        ),
        pytest.param(
            concurrent_writers, "--seconds 0.2 --writers 2 --deleters 1", 6, id="concurrent writers"
        ),
        pytest.param(migrate, "", 4, id="migrate"),
        pytest.param(
            adopt_database,
            "--messages 40 --embeddings 4 --dimension 3 --conversations 4",
            1,
            id="adopt a database",
        ),
        pytest.param(embedding_throughput, "--texts 4 --batch-size 2", 3, id="embedding"),
        pytest.param(keyword_search, "--documents 5", 11, id="keyword search"),
        pytest.param(hybrid_search, "--documents 5", 3, id="hybrid search"),
        pytest.param(load_vectors, "--rows 200 --dimension 8", 2, id="load vectors"),
        pytest.param(write_passages, "--rows 20", 3, id="write passages"),
        pytest.param(
            filtered_search, "--rows 3000 --dimension 8 --queries 2", 15, id="filtered search"
        ),
        pytest.param(
            change_model,
            "--rows 100 --dimension 8 --new-dimension 9 --usual 0.7 --nice 0",
            6,
            id="change model",
        ),
        pytest.param(admin_pages, "--conversations 20 --small 2", 18, id="admin pages"),
    ],
)
def test_benchmark_runs_and_leaves_no_database(
    module: ModuleType, arguments: str, findings: int, capsys: pytest.CaptureFixture[str]
) -> None:
    measure.main(module.run, module.add_arguments, "", ["--rounds", "1", *arguments.split()])

    table = capsys.readouterr().out.partition("  target\n")[2]
    assert len(table.splitlines()) == findings
    with connect("postgres") as client:
        databases = client.execute("SELECT datname FROM pg_database").fetchall()
    assert [name for (name,) in databases if name.endswith(f"_{os.getpid()}")] == []


@pytest.mark.parametrize("size", ["0", "-1", "many"])
def test_a_size_that_is_none_is_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        measure.main(migrate.run, migrate.add_arguments, "", [f"--rounds={size}"])

    assert f"'{size}' is no whole number above 0" in capsys.readouterr().err


def test_peer_has_the_triggers_of_the_sql_file() -> None:
    peer = words(peers.SQL / "files.sql")

    assert len(peer) > 50
    assert words(FILE)[-len(peer) :] == peer


def words(path: Path) -> list[str]:
    """Return an SQL file's words without its comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return " ".join(line for line in lines if not line.startswith("--")).split()
