"""What people and models write, shown as HTML."""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from assistant.conversations import markdown
from assistant.conversations.commonmark import TooDeepError, to_html
from assistant.conversations.markdown import render

TAGS = {
    *("p", "br", "hr", "a", "em", "strong", "s", "code", "pre", "span", "blockquote"),
    *("ul", "ol", "li", "div", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"class", "href", "rel", "title", "start"}
CLASSES = re.compile(r"md-(plain|heading md-h[1-6]|language|table|right|center)")


class Audit(HTMLParser):
    """Refuses every tag, attribute, class and address that is not expected."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.links: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert tag in TAGS, tag
        assert set(values) <= ATTRIBUTES, values
        if "class" in values:
            assert CLASSES.fullmatch(values["class"] or ""), values
        assert tag != "a" or "a" not in self.open
        if tag == "a" and values:
            assert re.match(r"(https?://|mailto:)", values["href"] or "", re.IGNORECASE), values
            assert values["rel"] == "noopener noreferrer nofollow"
            self.links.append(values)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def audit(html: str) -> Audit:
    parser = Audit()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture
def without_parser(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Behave as where markdown-it-py is not installed."""
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    monkeypatch.delitem(sys.modules, "assistant.conversations.commonmark")
    markdown._parser.cache_clear()
    yield
    markdown._parser.cache_clear()


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("**a** *b* ~~c~~", "<strong>a</strong> <em>b</em> <s>c</s>", id="emphasis"),
        pytest.param("one\ntwo", "<p>one<br />\ntwo</p>", id="line-break"),
        pytest.param("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", id="list"),
        pytest.param("3. a", '<ol start="3">\n<li>a</li>', id="numbers"),
        pytest.param("> a", "<blockquote>\n<p>a</p>", id="quotation"),
        pytest.param("`<b>`", "<code>&lt;b&gt;</code>", id="code"),
        pytest.param("    a<b", "<pre><code>a&lt;b\n</code></pre>", id="indented-code"),
        pytest.param("```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>", id="fence"),
        pytest.param(
            "```python title\nx\n```",
            '<span class="md-language">python</span><pre><code>x\n</code></pre>',
            id="language",
        ),
        pytest.param("## A\n\nb", '<p class="md-heading md-h2">A</p>', id="heading"),
        pytest.param("|a|b|\n|-|-:|\n|1|2|", '<td>1</td>\n<td class="md-right">2</td>', id="table"),
        pytest.param("[a][b]\n\n[b]: https://b.example", "[b]: https://b.example", id="reference"),
    ],
)
def test_markdown_is_shown_as_such(text: str, expected: str) -> None:
    html = render(text)

    assert expected in html
    audit(html)


@pytest.mark.parametrize(
    "text, address",
    [
        ("[a](https://a.example/x?y=1&z=2)", "https://a.example/x?y=1&z=2"),
        ("[a](HTTP://a.example)", "HTTP://a.example"),
        ("<https://a.example>", "https://a.example"),
        ("<mailto:a@b.example>", "mailto:a@b.example"),
        ("<a@b.example>", "mailto:a@b.example"),
        ('[a](https://a.example "\\" onclick=x")', "https://a.example"),
        ("![a](https://a.example/x.png)", "https://a.example/x.png"),
        ("[![a](https://b.example/x.png)](https://a.example)", "https://a.example"),
    ],
)
def test_addresses_become_links(text: str, address: str) -> None:
    assert [link["href"] for link in audit(render(text)).links] == [address]


@pytest.mark.parametrize(
    "text",
    [
        "[a]()",
        "[a](<> 'title')",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a]( javascript:alert(1))",
        "[a](\tjavascript:alert(1))",
        "[a](java&#115;cript:alert(1))",
        "[a](&#x6A&#x61&#x76&#x61:alert(1))",
        "[a](javascript&colon;alert(1))",
        "[a](java\\script:alert(1))",
        "[a](<java\nscript:alert(1)>)",
        "[a](%6Aavascript:alert(1))",
        "[a](\x01javascript:alert(1))",
        "[a](vbscript:x)",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](data:image/png;base64,AAAA)",
        "![a](javascript:alert(1))",
        "[a](file:///etc/passwd)",
        "[a](/admin/logout/)",
        "[a](../delete/)",
        "[a](//a.example)",
        "[a](?page=2)",
        "[a](#top)",
        "[a](https:a)",
        "<javascript:alert(1)>",
        "<JAVASCRIPT:alert(1)>",
        "[a][b]\n\n[b]: javascript:alert(1)",
    ],
)
def test_other_addresses_do_not(text: str) -> None:
    assert audit(render(text)).links == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<ScRiPt src=//a.example></sCrIpT>",
        "<img src=x onerror=alert(1)>",
        "a <svg/onload=alert(1)> b",
        "</details></div></article>",
        "<!-- a --> <?php ?> <![CDATA[a]]>",
        "<style>*{display:none}</style>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;",
        '```"><script>alert(1)</script>\nx\n```',
        "```a\"onmouseover='x'\nx\n```",
        "~~~</span><script>\nx\n~~~",
        "```\n</code></pre><script>alert(1)</script>\n```",
        "`</code><script>`",
        '![" onerror="alert(1)](https://a.example/x.png)',
        '![a](https://a.example/"onerror="alert(1))',
        "![<img src=x onerror=alert(1)>](https://a.example/x.png)",
        "![*a* ![b](https://b.example)](https://a.example)",
        "[<script>](https://a.example)",
        '[a](https://a.example/"><script>alert(1)</script>)',
        "[a](https://a.example '\"><script>alert(1)</script>')",
        "<https://a.example/\"onclick='alert(1)'>",
        "|<script>|\n|-|\n|</td><script>|",
        "# <script>alert(1)</script>\n\n<h1>a</h1>",
        "[a](https://a.example){onclick=alert(1)}",
        "{{ request.user }} {% load x %}",
    ],
)
def test_nothing_written_becomes_markup(text: str) -> None:
    audit(render(text))


FRAGMENTS = [
    *("<", ">", "&", '"', "'", "`", "```", "~~~", "[", "](", ")", "![", "|", "-|-", "*", "**", "_"),
    *(
        "~~",
        "#",
        "> ",
        "- ",
        "1. ",
        "    ",
        "\n",
        "\n\n",
        "\\",
        ":",
        "//",
        "=",
        " ",
        "a",
        "ä\u202e",
    ),
    *(
        "javascript:",
        "https://a.example/",
        "mailto:a@b",
        "<script>",
        "</pre>",
        "<img onerror=",
        "\t",
    ),
    *("&lt;", "&#106;", "&quot;", "\x00", "\x0b", "{{", "{%", "<!--", "]: ", "data:text/html,"),
]


@settings(max_examples=300, deadline=None)
@given(strategies.lists(strategies.sampled_from(FRAGMENTS), max_size=40).map("".join))
def test_no_mixture_becomes_anything_else(text: str) -> None:
    audit(render(text))


def test_an_image_is_a_link_that_is_named_by_its_text() -> None:
    named = render("![A *map*](https://a.example/x.png)")
    nameless = render("![](https://a.example/x.png)")

    assert audit(named).texts[0] == "A map"
    assert audit(nameless).texts[0] == "https://a.example/x.png"


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


@pytest.mark.usefixtures("without_parser")
def test_without_the_parser_text_keeps_its_lines() -> None:
    html = render("# One\n  **two** <script>\n")

    assert html == '<p class="md-plain"># One\n  **two** &lt;script&gt;\n</p>'
