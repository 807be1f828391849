"""The text of an HTML page, with its headings, lists and code as Markdown has them."""

import re
from html.parser import HTMLParser

from assistant.embeddings.documents.kinds import words
from assistant.embeddings.documents.texts import one_line

__all__ = ["declared_encoding", "text_of_html"]

DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
# What is not the page's text.
DROPPED = words(
    "script style noscript template svg math head iframe object canvas select button nav "
    "footer dialog"
)
ROLES_DROPPED = frozenset(("navigation", "search", "contentinfo"))
# Sphinx's link to the heading itself.
HEADER_LINK = "headerlink"
# The page's own part, where it names one.
MAIN = frozenset(("main", "article"))
BLOCKS = words(
    "address article blockquote body center dd details div dl dt fieldset figcaption figure "
    "header hr html li main ol p pre section summary table tbody tfoot thead tr ul"
)
HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
VOID = words("area base br col embed hr img input link meta source track wbr")
MANY_LINES = re.compile(r"\n{3,}")


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that a page says it is in."""
    found = DECLARED.search(data[:4_096])
    return found[1].decode("ascii", "replace") if found else None


def text_of_html(page: str) -> tuple[str, str]:
    """Return a page's text and title."""
    parser = PageParser()
    parser.feed(page)
    parser.close()
    title = one_line("".join(parser.title)) or one_line(parser.heading)
    return parser.text(), title


class PageParser(HTMLParser):
    """Collect the text of a page, and of its main part."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.heading = ""
        self.parts: list[str] = []
        self.main: list[str] = []
        self.line: list[str] = []
        self.prefix = ""
        self.dropped: list[str] = []
        self.in_title = False
        self.main_open: list[str] = []
        self.in_pre = 0

    def text(self) -> str:
        """Return the main part, or everything where no part is named or it holds nothing."""
        self.end_line()
        for parts in (self.main, self.parts):
            if found := MANY_LINES.sub("\n\n", "".join(parts)).strip():
                return found
        return ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what a tag begins."""
        if tag == "title" and not self.title and "svg" not in self.dropped:
            self.in_title = True
        known = dict(attrs)
        if (
            tag in DROPPED
            or tag in self.dropped  # one inside the other, of which the inner ends first
            or (known.get("role") in ROLES_DROPPED and tag not in VOID)
            or (tag == "a" and known.get("class") == HEADER_LINK)
        ):
            self.dropped.append(tag)
        elif tag == "body":
            self.dropped.clear()  # a head that nobody ended
        if self.dropped:
            return
        if tag in MAIN or known.get("role") == "main" or tag in self.main_open:
            self.end_line()
            self.main_open.append(tag)
        if tag == "pre":
            self.end_line("\n```\n")
            self.in_pre += 1
        elif tag in HEADINGS:
            self.end_line("\n")
            self.prefix = HEADINGS[tag] + " "
        elif tag == "br":
            self.end_line()
        elif tag in {"td", "th"} and "".join(self.line).strip():
            self.line.append(" | ")
        elif tag in BLOCKS:
            self.end_line("\n" if tag in {"p", "table", "ul", "ol", "dl", "section"} else "")
            if tag == "li":
                self.prefix = "- "

    def handle_endtag(self, tag: str) -> None:
        """End what a tag ends."""
        if tag == "title":
            self.in_title = False
        if self.dropped:
            # The innermost one of that name; what is open inside it ends with it.
            if tag in self.dropped:
                while self.dropped.pop() != tag:
                    pass
            return
        if tag == "pre" and self.in_pre:
            self.in_pre -= 1
            self.end_line("```\n\n", raw=True)
        elif tag in HEADINGS:
            if not self.heading:
                self.heading = "".join(self.line)
            self.end_line("\n")
        elif tag in BLOCKS:
            self.end_line("\n" if tag == "p" else "")
        if tag in self.main_open:
            self.end_line()
            while self.main_open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Keep the text of what is not dropped."""
        if self.in_title:
            self.title.append(data)
        elif not self.dropped:
            self.line.append(data)

    def end_line(self, after: str = "", *, raw: bool = False) -> None:
        """Write the line that is open, and what comes after it."""
        text = "".join(self.line)
        self.line.clear()
        text = text.strip("\n") if raw or self.in_pre else " ".join(text.split())
        if text:
            text = f"{self.prefix}{text}\n"
            self.prefix = ""
        if text or after:
            self.parts.append(text + after)
            if self.main_open:
                self.main.append(text + after)
