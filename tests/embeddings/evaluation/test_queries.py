"""Reading questions."""

import io
from pathlib import Path
from typing import Any

import pytest

from assistant.embeddings.evaluation.files import FileError
from assistant.embeddings.evaluation.queries import read_queries

TOPICS = """
<top>
<num> Number: 301
<title> International Organized
Crime

<desc> Description:
Identify organizations.
</top>
<top>
<num>302</num><title>Topic: Polio</title>
</top>
"""


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            "1\tHow are refunds paid?\n2\tWho <b>?\n",
            {"1": "How are refunds paid?", "2": "Who <b>?"},
        ),
        ("query-id\ttext\n1\tone\ttwo\r\n\r\n", {"1": "one two"}),
        ('{"_id": "a", "text": "one"}\n{"id": 7, "query": "two"}\n', {"a": "one", "7": "two"}),
        (TOPICS, {"301": "International Organized Crime", "302": "Polio"}),
    ],
    ids=["tabs", "header", "beir", "trec"],
)
def test_three_formats_are_read(tmp_path: Path, text: str, expected: dict[str, str]) -> None:
    path = tmp_path / "queries"
    path.write_text(text, encoding="utf-8")

    assert read_queries(str(path)) == expected


def test_a_byte_order_mark_is_no_part_of_an_id(tmp_path: Path) -> None:
    path = tmp_path / "queries"
    path.write_bytes(b"\xef\xbb\xbf1\tWas gilt f\xc3\xbcr Urlaub?\n")

    assert read_queries(str(path)) == {"1": "Was gilt für Urlaub?"}


def test_standard_input_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(b"1\tone\n")

    monkeypatch.setattr("sys.stdin", Input)

    assert read_queries("-") == {"1": "one"}


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "it has no questions"),
        (b"\n\n", "it has no questions"),
        (b"id\ttext\n", "it has no questions"),
        (b"<top>\n</top>\n", "it has no questions"),
        (b"1\tone\ntwo\n", r"line 2: 'two' has no tab: lines of \"id<TAB>text\""),
        (b"1\tone\n1\ttwo\n", "line 2: question 1 is in line 1 already"),
        (b"1\t \n", "line 1: question 1 has no text"),
        (b"a b\tone\n", "line 1: the id 'a b' is empty or has a space"),
        (b'{"_id": "1", "text": "one"}\n{"_id"\n', "line 2: .* is not JSON"),
        (b'{"_id": "1"}\n', "line 1: a JSON object with"),
        (b'{"_id": true, "text": "one"}\n', "line 1: a JSON object with"),
        (b"<top>\n<title> one\n</top>\n", "line 1: the topic has no <num>"),
        (b"<top>\n<num>\n<title> one\n</top>\n", "line 1: the topic's <num> is empty"),
        (b"<top>\n<num> 1\n</top>\n", "line 1: question 1 has no text"),
        (b"1\tone\n2\t\xff\n", "line 2: byte 3 is not UTF-8"),
        ("1\tone\n".encode("utf-16"), "it is UTF-16: save it as UTF-8"),
        (b"1\tone\0\n", "line 1: it has a null character"),
        (b"1\tone\r2\ttwo\r", "line 1: it has ends of lines that are CR alone: save it with LF"),
        (b"1\tone\n2\ttwo\r3\tthree\r\n", "line 2: .*save it with LF"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "queries.tsv"
    path.write_bytes(data)

    with pytest.raises(FileError, match=message) as caught:
        read_queries(str(path))
    assert str(caught.value).startswith(str(path))


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no such file"):
        read_queries(str(tmp_path / "none.tsv"))
    with pytest.raises(FileError, match="it cannot be read: Is a directory"):
        read_queries(str(tmp_path))


def test_json_may_hold_what_a_database_cannot(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text(r'{"_id": "a\ud800", "text": "one\u0000two \udfff"}')

    found: Any = read_queries(str(path))

    assert found == {"a?": "one two ?"}
