from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from benchmarks import measure, retrieval_quality
from benchmarks.retrieval_quality import findings
from tests.benchmarks.test_judged_collections import write


@pytest.fixture(autouse=True)
def _own_databases(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def quality(arguments: list[str]) -> None:
    measure.main(
        retrieval_quality.run,
        retrieval_quality.add_arguments,
        "",
        ["--backend", "assistant.demo.embedder.HashedWords", *arguments],
    )


def test_collections_are_measured_and_vectors_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
        write(folder, {"queries.tsv": "1\trefunds\n", "qrels.txt": "1 0 a 1\n"})
    vectors = tmp_path / "vectors"

    quality([f"--collection={folder}" for folder in folders] + [f"--vectors={vectors}"])

    output = capsys.readouterr().out
    assert "first: 1 questions, 3 texts" in output
    assert [line.split() for line in output.splitlines() if line.startswith("  keyword")] == [
        ["keyword", "1.0000", "1.0000", "1.0000"],
        ["keyword", "1.0000", "1.0000", "1.0000"],
    ]
    assert "second, nDCG@10 of hybrid search" in output
    assert len(list(vectors.iterdir())) == 1  # both have the same texts


@pytest.mark.parametrize(
    "hybrid, target", [(0.44, ">= 0.431 met"), (0.42, ">= 0.431 MISSED")], ids=["met", "missed"]
)
def test_cisi_has_a_target(hybrid: float, target: str) -> None:
    means = {"vector": 0.421, "keyword": 0.398, "hybrid": hybrid}

    found = findings("CISI", {mode: {"ndcg@10": value} for mode, value in means.items()})

    assert found[0].target == target
    assert f"{hybrid:.3f}" in found[0].row()


@pytest.mark.parametrize("better", ["vector", "keyword"])
def test_hybrid_has_to_be_above_both_legs(better: str) -> None:
    means = {"vector": 0.3, "keyword": 0.3, "hybrid": 0.35} | {better: 0.4}

    found = findings("other", {mode: {"ndcg@10": value} for mode, value in means.items()})

    assert found[0].target == "-"
    assert found[1].target == ">= 1 MISSED"


def test_no_collection_is_refused() -> None:
    with pytest.raises(SystemExit, match="No collection is named"):
        quality([])


def test_unreadable_collection_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"docs\.jsonl is missing"):
        quality([f"--collection={tmp_path}"])
