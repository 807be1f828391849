import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks import cisi
from benchmarks.judged_collections import CollectionError, read

DOCUMENTS = [
    {"id": "a", "title": "Paying back", "text": "How refunds are paid."},
    {"id": "b", "title": "", "text": "Opening\u2028hours."},
    {"id": 3, "title": "Only a title", "text": ""},
]
QUERIES = "1\trefunds\n2\twhen is it open\n3\tnobody has judged this\n"
QRELS = "1 0 a 2\n1 0 b 0\n2 0 b 1\n2 0 unknown 1\n"


def write(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    lines = "\n".join(json.dumps(document, ensure_ascii=False) for document in DOCUMENTS)
    written = {"docs.jsonl": lines, "queries.tsv": QUERIES, "qrels.txt": QRELS, **(files or {})}
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_collection_has_the_questions_that_a_document_answers(tmp_path: Path) -> None:
    collection = read(write(tmp_path))

    assert collection.name == tmp_path.name
    assert collection.documents == {
        "a": ("Paying back", "How refunds are paid."),
        "b": ("", "Opening\u2028hours."),
        "3": ("Only a title", ""),
    }
    assert collection.questions == {"1": "refunds", "2": "when is it open"}
    assert collection.grades == {"1": {"a": 2, "b": 0}, "2": {"b": 1}}


def test_title_and_text_are_searched(tmp_path: Path) -> None:
    contents = read(write(tmp_path)).contents

    assert contents == [
        "Paying back\nHow refunds are paid.",
        "Opening\u2028hours.",
        "Only a title",
    ]


@pytest.mark.parametrize(
    "name, text, problem",
    [
        pytest.param("docs.jsonl", '{"id": 1}\n', "docs.jsonl, line 1: an object", id="no text"),
        pytest.param("docs.jsonl", "\n[1]\n", "docs.jsonl, line 2: an object", id="no object"),
        pytest.param("queries.tsv", "1\ta\n2 b\n", "queries.tsv, line 2: id<TAB>", id="no tab"),
        pytest.param("qrels.txt", "1 a 1\n", "qrels.txt, line 1: query", id="three columns"),
        pytest.param("qrels.txt", "1 0 a x\n", "qrels.txt, line 1: query", id="no grade"),
        pytest.param("qrels.txt", "1 0 a 0\n", "no judgement names", id="nothing relevant"),
        pytest.param("qrels.txt", "9 0 a 1\n", "no judgement names", id="other questions"),
    ],
)
def test_file_that_is_none_is_refused(tmp_path: Path, name: str, text: str, problem: str) -> None:
    write(tmp_path, {name: text})

    with pytest.raises(CollectionError, match=problem):
        read(tmp_path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    (write(tmp_path) / "queries.tsv").unlink()

    with pytest.raises(CollectionError, match=r"queries\.tsv is missing"):
        read(tmp_path)


def test_cisi_is_read_as_it_is_published(tmp_path: Path) -> None:
    (tmp_path / "CISI.ALL").write_text(
        ".I 1\n.T\nEighteen Editions\n.A\nComaromi\n.W\nA history\nof the DDC.\n.X\n1\t5\t1\n"
        ".I 2\n.T\nUse Made\n.W\nA report.\n"
    )
    (tmp_path / "CISI.QRY").write_text(".I 1\n.W\nWhat problems?\n.I 2\n.W\nNot judged.\n")
    (tmp_path / "CISI.REL").write_text("     1      2\t0\t0.000000\n")

    collection = cisi.read(tmp_path)

    assert collection.name == "CISI"
    assert collection.documents == {
        "1": ("Eighteen Editions", "A history\nof the DDC."),
        "2": ("Use Made", "A report."),
    }
    assert collection.questions == {"1": "What problems?"}
    assert collection.grades == {"1": {"2": 1}}
