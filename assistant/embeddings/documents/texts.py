"""Text out of bytes: its encoding, what PostgreSQL cannot store, and its title."""

import codecs
import re

from assistant.embeddings.documents.errors import NotTextError

__all__ = ["as_text", "cleaned", "one_line", "title_of_markdown", "title_of_text"]

# UTF-32 first: its mark begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# How much tells what a file is, how much tells its encoding, and where a title is looked for.
SNIFFED = 8_192
DETECTED = 65_536
TITLE_WITHIN = 16_384
MAX_TITLE = 500


def as_text(data: bytes, *, declared: str | None = None) -> str:
    """Return the text of a file in whatever encoding it is.

    Raises :class:`NotTextError` where it is not text.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if unmarked := _utf_16(data):
        return data.decode(unmarked, "replace")
    if not _looks_like_text(data):
        raise NotTextError("it is not text")
    for likely in filter(None, (declared, "utf-8")):
        try:
            return data.decode(likely)
        except (LookupError, UnicodeError):
            continue
    return data.decode(_detected(data), "replace")


def _utf_16(data: bytes) -> str | None:
    """Recognise UTF-16 without a mark: every second byte of Latin text is 0."""
    start = data[:SNIFFED]
    if len(start) < 4 or len(data) % 2:
        return None
    even, odd = start[::2], start[1::2]
    if odd.count(0) > 0.8 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.8 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def _looks_like_text(data: bytes) -> bool:
    start = data[:SNIFFED]
    odd = sum(start.count(byte) for byte in range(32)) - sum(
        start.count(byte) for byte in b"\t\n\v\f\r\x1b"
    )
    return odd <= len(start) / 100


def _detected(data: bytes) -> str:
    try:
        from charset_normalizer import from_bytes  # noqa: PLC0415
    except ImportError:
        found = None
    else:
        found = from_bytes(data[:DETECTED]).best()
    # Too few letters outside ASCII are no evidence: then it is Western Europe's.
    if found is None or sum(byte > 127 for byte in data[:DETECTED]) < 32:
        return "cp1252"
    return found.encoding


def cleaned(text: str) -> str:
    """Return the text without what PostgreSQL refuses, with lines that end as they do there."""
    if "\0" in text:
        text = text.replace("\0", "")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        text.encode()
    except UnicodeEncodeError:  # lone surrogates
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def one_line(text: str) -> str:
    """Return a title: one line of at most as many characters as the column holds."""
    return " ".join(cleaned(text[: 4 * MAX_TITLE]).split())[:MAX_TITLE].strip()


FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
FRONT_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
ATX = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$")
UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
ADORNMENT = re.compile(r"^([=\-~^\"'`*+#:._])\1{2,}[ \t]*$")
MARKUP = re.compile(r"\{#[^}]*\}$|!?\[([^\]]*)\]\([^)]*\)|[`*]")


def title_of_markdown(text: str) -> str:
    """Return the title of the front matter or the first heading, or ""."""
    text = text[:TITLE_WITHIN]
    if front := FRONT_MATTER.match(text):
        if found := FRONT_TITLE.search(front[1]):
            return one_line(found[1].strip("\"'"))
        text = text[front.end() :]
    fence, before = "", ""
    for line in text.splitlines():
        if mark := FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
            before = ""
        elif not fence:
            heading = ATX.match(line)
            if heading or (before and UNDERLINE.match(line)):
                return one_line(MARKUP.sub(r"\1", heading[1] if heading else before))
            before = "" if UNDERLINE.match(line) else line.strip()
    return ""


def title_of_text(text: str) -> str:
    """Return the first line that is underlined, as reStructuredText does it, or ""."""
    before = ""
    for line in text[:TITLE_WITHIN].splitlines():
        if before and not ADORNMENT.match(before) and ADORNMENT.match(line):
            return one_line(before)
        before = line.strip()
    return ""
