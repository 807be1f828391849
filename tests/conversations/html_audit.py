"""HTML in which nothing is but what Markdown may become."""

import re
from html.parser import HTMLParser

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
