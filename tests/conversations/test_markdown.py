"""What people and models write, shown as HTML."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings, strategies

from assistant.conversations import markdown
from assistant.conversations.markdown import render
from tests.conversations.html_audit import audit


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


@pytest.mark.usefixtures("without_parser")
def test_without_the_parser_text_keeps_its_lines() -> None:
    html = render("# One\n  **two** <script>\n")

    assert html == '<p class="md-plain"># One\n  **two** &lt;script&gt;\n</p>'
