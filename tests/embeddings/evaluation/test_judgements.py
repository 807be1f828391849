"""Reading judgements."""

from pathlib import Path

import pytest

from assistant.embeddings.evaluation.files import FileError
from assistant.embeddings.evaluation.judgements import read_judgements


@pytest.mark.parametrize(
    "text, expected",
    [
        ("1 0 a 2\n1 0 b 0\n2  Q0\tc -1\n", {"1": {"a": 2, "b": 0}, "2": {"c": -1}}),
        ("query-id\tcorpus-id\tscore\n1\ta b\t1\n", {"1": {"a b": 1}}),
        ("\ufeff1\ta\t1.0\n", {"1": {"a": 1}}),
        ("1\t0\tRefunds and replacements\t3\n", {"1": {"Refunds and replacements": 3}}),
        ("1 0 a 1\n1 1 a 1\n", {"1": {"a": 1}}),
    ],
    ids=["trec", "beir", "mark", "titles", "twice"],
)
def test_both_formats_are_read(
    tmp_path: Path, text: str, expected: dict[str, dict[str, int]]
) -> None:
    path = tmp_path / "qrels"
    path.write_text(text, encoding="utf-8")

    assert read_judgements(str(path)) == expected


def test_a_hundred_thousand_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "qrels"
    path.write_text("".join(f"{n // 100} 0 document-{n} {n % 3}\n" for n in range(100_000)))

    found = read_judgements(str(path))

    assert sum(map(len, found.values())) == 100_000


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "it has no judgements: four columns"),
        ("query-id\tcorpus-id\tscore\n", "it has no judgements"),
        ("1 0 a 1\n1 a\n", "line 2: '1 a' has 2 columns: four columns"),
        ("1 0 a b 1\n", "line 1: '1 0 a b 1' has 5 columns"),
        ("1\t\t1\n", "line 1: .* has 3 columns"),
        ("1 0 a yes\n", "line 1: the grade is 'yes': a whole number"),
        ("1 0 a 0.5\n", "line 1: the grade is '0.5'"),
        ("1 0 a nan\n", "line 1: the grade is 'nan'"),
        ("1 0 a inf\n", "line 1: the grade is 'inf'"),
        ("1 0 a 1\n1 0 a 2\n", "line 2: 'a' has the grade 2 for question 1, and 1 in an earlier"),
        ("1 0 a 1\r1 0 b 1\r", "line 1: .*save it with LF"),
        ("1 0 a 1\nquery-id doc score\n", "line 2: the grade is 'score'"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "qrels"
    path.write_text(text, newline="")

    with pytest.raises(FileError, match=message):
        read_judgements(str(path))
