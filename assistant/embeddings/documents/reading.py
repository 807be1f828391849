"""From a file's bytes to its text; without Django, for the process that reads."""

from dataclasses import dataclass
from pathlib import PurePath

from assistant.embeddings.documents.errors import EmptyFileError, UnreadableError
from assistant.embeddings.documents.kinds import TEXT, extension_of, kind_of
from assistant.embeddings.documents.office import text_of_office
from assistant.embeddings.documents.pdfs import text_of_pdf
from assistant.embeddings.documents.texts import (
    as_text,
    cleaned,
    one_line,
    title_of_markdown,
    title_of_text,
)
from assistant.embeddings.documents.webpages import declared_encoding, text_of_html

__all__ = ["ISOLATED", "Text", "read"]

# Formats whose readers a hostile file can keep busy, or crash.
ISOLATED = frozenset(("html", "office", "pdf"))
# How much more than its bytes a packed file may hold.
MAX_RATIO = 10


@dataclass(frozen=True)
class Text:
    """What a file says."""

    title: str
    content: str
    content_type: str
    language: str | None = None


def read(data: bytes, *, path: PurePath, max_bytes: int) -> Text:
    """Return what a file says, whose name tells its format.

    Raises :class:`UnreadableError` with the reason, :class:`EmptyFileError` where it says nothing.
    """
    kind = kind_of(path) or TEXT
    if not data.strip():
        raise EmptyFileError("it is empty")
    title = ""
    match kind.content_type:
        case "pdf":
            content, title = text_of_pdf(data)
        case "office":
            content, title = text_of_office(
                data, extension=extension_of(path), max_unpacked=MAX_RATIO * max_bytes
            )
            if not title and extension_of(path)[:3] != "xls":  # its headings name sheets
                title = title_of_markdown(content)
        case "html":
            content, title = text_of_html(as_text(data, declared=declared_encoding(data)))
        case _:
            content = as_text(data)
    content = cleaned(content)
    if not content.strip():
        raise EmptyFileError("it holds no text")
    if len(content.encode()) > max_bytes:
        raise UnreadableError(f"it holds more than {max_bytes:,} bytes of text")
    if kind.content_type == "markdown":
        title = title_of_markdown(content)
    elif kind.content_type == "text":
        title = title_of_text(content)
    name = one_line(path.name.encode(errors="replace").decode())
    return Text(title or name, content, kind.content_type, kind.language)
