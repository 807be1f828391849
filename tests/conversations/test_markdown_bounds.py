"""Markdown that is made to take long, or to be left out."""

import sys
from typing import Any

import pytest

from assistant.conversations import markdown
from assistant.conversations.commonmark import TooDeepError, to_html
from assistant.conversations.markdown import render
from tests.conversations.html_audit import audit


def deep(opening: str, *, times: int) -> str:
    return opening * times + "secret"


@pytest.mark.parametrize("opening", ["> ", "- ", "1. ", "> - "])
@pytest.mark.parametrize("times", [5, 9, 10, 18, 19, 20, 21, 40, 3000])
def test_what_is_nested_deeply_is_all_there(opening: str, times: int) -> None:
    html = render(deep(opening, times=times))

    assert "secret" in html
    audit(html)


def test_the_parser_refuses_what_it_would_leave_out() -> None:
    with pytest.raises(TooDeepError):
        to_html(deep("> ", times=40))


# What takes a parser long that goes back, or that answers with more than it was given.
HOSTILE = {
    "brackets": "[" * 10_000,
    "images": "![" * 5_000,
    "links": "[a](" * 2_500,
    "nested-images": "![" * 200 + "a" + "](https://a.example)" * 200,
    "nested-links": "[a " * 400 + "](https://a.example)" * 400,
    "images-in-links": "[![a](https://a.example/x.png)](https://a.example) " * 200,
    "images-in-prose": "![aaaa" * 1_666,
    "pairs": "[" * 5_000 + "]" * 5_000,
    "stars": "*" * 10_000,
    "star-runs": "***a" * 2_500,
    "openers": "**a " * 2_500,
    "openers-and-closers": "*a **b " * 700 + "c** d* " * 700,
    "underscores": "*_" * 5_000,
    "backticks": "".join("`" * size + " " for size in range(140)),
    "tildes": "~~a " * 2_500,
    "quotations": ">" * 10_000,
    "lists": "\n".join(" " * 2 * depth + "- a" for depth in range(98)),
    "wide-table": "|" * 5_000 + "\n" + "|-" * 2_500,
    "short-rows": "|a" * 100 + "|\n" + "|-" * 100 + "|\n" + "|\n" * 4_700,
    "long-table": "aaa|bb\n-|-\n" + "xxx\n" * 2_500,
    "headings": "a\n=\n" * 2_500,
    "definitions": "[a\n" * 3_333,
    "titles": '[a]: b "' + "c\n" * 5_000,
    "angles": "<a " * 3_333,
    "entities": "&#1114112;" * 1_000,
    "escapes": "\\" * 10_000,
    "blank": "\n" * 10_000,
    "word": "a" * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_take_bounded_work_and_give_bounded_html(text: str) -> None:
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    render("a")  # imports the parser
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        html = render(text)
    finally:
        sys.setprofile(before)

    # Dense Markdown of this length makes 60,000 calls; without limits some of these make millions.
    assert calls < 400_000
    assert len(html) < 100_000
    audit(html)


def test_markup_is_parsed_where_there_is_no_more_of_it_than_in_prose() -> None:
    prose = "- **word** and `code`, [a link](https://a.example)\n" * 190

    assert "<strong>" in render(prose)
    assert "<strong>" not in render("**a** " * 1_600)


def test_a_parser_that_fails_leaves_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> str:
        raise RecursionError

    monkeypatch.setattr(markdown, "_parser", lambda: fail)

    assert render("**a** <b>") == '<p class="md-plain">**a** &lt;b&gt;</p>'
